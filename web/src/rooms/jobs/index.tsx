import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { Jobs } from '../../api';
import { useShownInAddress } from '../../kit/address';
import { useText } from '../../kit/i18n';
import { useWord } from '../../blocks/lists';
import { RunsPanel } from '../../blocks/Runs';
import { datetime, decimal, time } from '../../kit/format';
import { Figure } from '../../kit/figures';
import { LiveStamp } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { QueryState } from '../../kit/states';
import { useAge } from './age';
import { LettersPanel } from './Letters';
import { ReplayDialog } from './Replay';
import { deadAndHeld, firstFacts, type Said } from './said';
import { ChannelsPanel, QueuesPanel, SchedulesPanel, SubscribersPanel, WorkersPanel } from './panels';
import { addStrings } from '../../kit/strings';
import { jobs } from '../../kit/strings/jobs';

addStrings(jobs);

const EVERY = 5_000;

/** What runs without anybody watching: what waits and why, what failed, and what is done about it. */
export function JobsPage() {
  const { t } = useText();
  const [shown, show] = useShownInAddress();
  const query = useQuery({
    queryKey: ['jobs'],
    queryFn: ({ signal }) => api.get('/jobs', { signal }),
    refetchInterval: EVERY,
  });
  const replayed = query.data?.subscribers.find((one) => one.key === shown.get('replay'));
  return (
    <Page crumbs={[{ title: t('job.title') }]} title={t('job.title')} actions={<LiveStamp at={query.dataUpdatedAt} />}>
      <QueryState query={query} rows={12} page>
        {(jobs) => (
          <div className="blocks">
            <Headline jobs={jobs} />
            <Figures jobs={jobs} />
            <div className="columns">
              <div className="column">
                <QueuesPanel
                  queues={jobs.queues}
                  busy={shown.get('show') === 'busy'}
                  onShow={(busy) => show('show', busy ? 'busy' : null)}
                />
                <RunsPanel shown={6} />
                <LettersPanel letters={jobs.letters} />
              </div>
              <div className="column">
                <ChannelsPanel channels={jobs.channels} />
                <SubscribersPanel subscribers={jobs.subscribers} onReplay={(key) => show('replay', key)} />
                <SchedulesPanel schedules={jobs.schedules} />
                <WorkersPanel workers={jobs.workers} />
              </div>
            </div>
          </div>
        )}
      </QueryState>
      {replayed && <ReplayDialog subscriber={replayed} onClose={() => show('replay', null)} />}
    </Page>
  );
}

/** One sentence that says what is wrong, and what is done about the first of it; or that all is well. */
function Headline({ jobs }: { jobs: Jobs }) {
  const { t } = useText();
  const { said, toDo } = useSaid();
  const facts = firstFacts(jobs);
  const [first] = facts;
  return (
    <Panel id="job-headline">
      <p role="status">
        <b>{facts.length > 0 ? facts.map(said).join(t('common.semicolon')) : t('job.calm')}</b>
      </p>
      {first && (
        <p className="small ink-2" data-testid="job-first">
          {t('job.first')}
          {toDo(first)}
          {first.key === 'dead' && (
            <>
              {' '}
              <button type="button" className="plain link" onClick={showLetters} data-testid="job-see">
                {t('job.see')}
              </button>
            </>
          )}
        </p>
      )}
    </Panel>
  );
}

const showLetters = () => document.querySelector('[data-testid="job-letters"]')?.scrollIntoView({ block: 'start' });

function useSaid(): { said: (fact: Said) => string; toDo: (fact: Said) => string } {
  const { t, label } = useText();
  const word = useWord();
  const said = ({ key, count, channel, queue }: Said) => {
    const n = decimal(count, 0);
    if (channel)
      return t('job.awaySaid', {
        name: label(channel.labels),
        since: datetime(channel.away_since),
        waiting: n,
        failed: decimal(channel.failed, 0),
      });
    if (queue)
      return t(key === 'rests' ? 'job.restsSaid' : 'job.growsSaid', {
        name: label(queue.labels),
        n,
        time: queue.rests_until ? time(queue.rests_until) : '',
      });
    const keys = {
      nobody: 'job.nobodySaid',
      away: 'job.awaySaid',
      dead: 'job.deadSaid',
      silent: 'job.silentSaid',
      rests: 'job.restsSaid',
      grows: 'job.growsSaid',
      held: 'job.heldSaid',
    } as const;
    return t(keys[key], { n });
  };
  const toDo = ({ key, channel, queue, worker }: Said) => {
    const done = t(`job.do.${key}`, {
      name: label((channel ?? queue)?.labels) || (worker ?? ''),
      error: label(channel?.error),
      lane: queue ? word('job.lane', queue.queue) : '',
    });
    return channel?.expires_at ? `${done}${t('job.do.awayUntil', { time: datetime(channel.expires_at) })}` : done;
  };
  return { said, toDo };
}

function Figures({ jobs }: { jobs: Jobs }) {
  const { t } = useText();
  const age = useAge();
  const { dead, held } = deadAndHeld(jobs.letters);
  const oldest =
    jobs.queues
      .map((queue) => queue.oldest_at)
      .filter((at) => at !== null)
      .sort()[0] ?? null;
  const waiting = jobs.queues.reduce((all, queue) => all + queue.waiting, 0);
  const here = jobs.channels.filter((channel) => !channel.away_since).length;
  const living = jobs.workers.filter((worker) => !worker.silent).length;
  const of = (part: number, all: number, tone: string) => (
    <span className={part < all || all === 0 ? tone : ''}>
      {part} / {all}
    </span>
  );
  return (
    <Panel flush>
      <div className="figures job-figures">
        <div className="figure-cell">
          <Figure
            label={t('job.waiting')}
            value={
              <>
                {decimal(waiting, 0)} <span className="unit">{t('job.unit')}</span>
              </>
            }
          />
        </div>
        <div className="figure-cell">
          <Figure label={t('job.oldest')} value={age.since(oldest)} />
        </div>
        <div className="figure-cell">
          <Figure
            label={t('job.channels')}
            value={
              <>
                {of(here, jobs.channels.length, 'tone-late')} <span className="unit">{t('job.online')}</span>
              </>
            }
          />
        </div>
        <div className="figure-cell">
          <Figure
            label={t('job.dead')}
            value={
              <span className={dead > 0 ? 'tone-late' : ''}>
                {decimal(dead, 0)} <span className="unit">{t('job.unit')}</span>
              </span>
            }
            sub={held > 0 ? t('job.retrying', { n: decimal(held, 0) }) : undefined}
          />
        </div>
        <div className="figure-cell">
          <Figure
            label={t('job.workers')}
            value={
              <>
                {of(living, jobs.workers.length, 'tone-late')} <span className="unit">{t('job.living')}</span>
              </>
            }
          />
        </div>
      </div>
    </Panel>
  );
}
