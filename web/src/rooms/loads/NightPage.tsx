import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useCallback } from 'react';
import { Link } from 'react-router';
import { api, ApiError } from '../../api/client';
import type { Night } from '../../api';
import { useCan } from '../../api/hooks';
import { RunsPanel } from '../../blocks/Runs';
import { useShownInAddress } from '../../kit/address';
import { useChange } from '../../kit/change';
import { now, onServerClock } from '../../kit/clock';
import { DayInput } from '../../kit/DayInput';
import { useReport, useSay } from '../../kit/feedback';
import { Figure } from '../../kit/figures';
import { date, datetime, decimal, time } from '../../kit/format';
import { useText } from '../../kit/i18n';
import { LiveStamp } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { Empty, QueryState } from '../../kit/states';
import { NightFiles, showsOf } from './NightFiles';
import { factsOf, filesOf, secondsLeft, stoppedAt, todoOf } from './night';
import { StrangersPanel } from './NightStrangers';
import { SchedulePanel, StepsPanel, WaitingPanels } from './NightPanels';

const EVERY = 10_000;

/** A business day on its way from files to figures: what has come, what waits for whom, when everybody sees it. */
export function NightPage() {
  const { t } = useText();
  const client = useQueryClient();
  const [shown, show] = useShownInAddress();
  const day = shown.get('day') ?? undefined;
  const query = useQuery({
    queryKey: ['night', day ?? ''],
    queryFn: ({ signal }) => api.get('/night', { query: { day }, signal }),
    refetchInterval: EVERY,
  });
  const refresh = useCallback(() => void client.invalidateQueries({ queryKey: ['night'] }), [client]);
  const night = query.data;
  return (
    <Page
      crumbs={[{ title: t('night.title') }]}
      title={t('night.title')}
      sub={
        night &&
        (night.deadline
          ? t('night.sub', { date: date(night.business_date), deadline: datetime(night.deadline) })
          : t('night.subOpen', { date: date(night.business_date) }))
      }
      actions={
        <>
          <LiveStamp at={query.dataUpdatedAt} />
          <div className="night-day">
            <DayInput
              value={day ?? night?.business_date ?? null}
              onChange={(value) => show('day', value)}
              allowClear={false}
              aria-label={t('night.day')}
              data-testid="night-day"
            />
          </div>
          {night && <Doing night={night} tonight={!day} />}
        </>
      }
    >
      {hasNoNight(query.error) ? (
        <Panel flush>
          <Empty
            icon="calendar"
            title={query.error.message}
            actions={<Button onClick={() => show('day', null)}>{t('night.tonight')}</Button>}
          />
        </Panel>
      ) : (
        <QueryState query={query} rows={12} page>
          {(data) => (
            <div className="blocks">
              {query.isRefetchError && (
                <p className="small tone-late" role="status" data-testid="night-unrefreshed">
                  {t('night.unrefreshed', { time: time(onServerClock(query.dataUpdatedAt)) })}
                </p>
              )}
              <Headline night={data} />
              <Figures night={data} />
              <WaitingPanels files={filesOf(data)} />
              <StrangersPanel files={data.strangers} />
              <NightFiles
                night={data}
                shows={showsOf(shown.get('show'))}
                onShow={(shows) => show('show', shows === 'all' ? null : shows)}
              />
              <div className="columns">
                <div className="column">
                  <StepsPanel night={data} />
                  <RunsPanel onFinished={refresh} />
                </div>
                <div className="column">
                  <SchedulePanel night={data} />
                </div>
              </div>
            </div>
          )}
        </QueryState>
      )}
    </Page>
  );
}

/** Whether the day that was asked for has no night: the market is closed on it, or no calendar knows it. */
const hasNoNight = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.code === 'stage.not_a_trading_day' || error.code === 'calendar.outside');

/** Have tonight's work done now; have a day computed again. */
function Doing({ night, tonight }: { night: Night; tonight: boolean }) {
  const { t, label } = useText();
  const { modal } = App.useApp();
  const may = useCan('night.run');
  const run = useNight();
  const compute = useNight();
  if (!may) return null;
  const days = night.restates.map(date).join(t('common.and'));
  const names = night.missing.map(label).join(t('common.and'));
  const ask = () =>
    void modal.confirm({
      title: t(night.computed_at ? 'night.againTitle' : 'night.computeTitle', { date: date(night.business_date) }),
      content: (
        <div className="stack gap-4">
          {days && <p>{t('night.restates', { days })}</p>}
          <p>{t('night.againText')}</p>
        </div>
      ),
      okText: t(night.computed_at ? 'night.again' : 'night.compute'),
      okButtonProps: { 'data-testid': 'night-compute-confirm' },
      onOk: () => compute.mutateAsync(night.business_date).catch(() => undefined),
    });
  return (
    <>
      <Button
        onClick={ask}
        loading={compute.isPending}
        disabled={night.missing.length > 0}
        title={night.missing.length > 0 ? t('night.incomplete', { names }) : undefined}
        data-testid="night-compute"
      >
        {t(night.computed_at ? 'night.again' : 'night.compute')}
      </Button>
      {tonight && (
        <Button type="primary" onClick={() => run.mutate(null)} loading={run.isPending} data-testid="night-run">
          {t('night.runNow')}
        </Button>
      )}
    </>
  );
}

/** Have a day computed, or, without a day, what the night does by itself. */
function useNight() {
  const { t } = useText();
  const client = useQueryClient();
  const say = useSay();
  return useChange({
    mutationFn: (business_date: string | null) =>
      business_date === null ? api.post('/night/run') : api.post('/night/compute', { body: { business_date } }),
    onSuccess: (_run, business_date) => say(t(business_date === null ? 'night.runDone' : 'night.computeDone')),
    onError: useReport(),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['runs'] });
      void client.invalidateQueries({ queryKey: ['night'] });
    },
  });
}

/** One sentence that says how the night stands, and what to do first. */
function Headline({ night }: { night: Night }) {
  const { t, label } = useText();
  const facts = factsOf(night, now());
  const stopped = stoppedAt(night);
  const wrong = [
    stopped && t('night.stoppedSaid', { step: label(stopped.labels) }),
    facts.waiting > 0 && t('night.waitingSaid', { n: facts.waiting }),
    facts.failed > 0 && t('night.failedSaid', { n: facts.failed }),
    facts.missing > 0 && t('night.missingSaid', { n: facts.missing }),
    night.late > 0 && t('night.lateSaid', { n: night.late }),
  ].filter(Boolean);
  const day = date(night.business_date);
  const published = date(night.published?.business_date);
  const steps = night.steps.filter((step) => step.state === 'done').length;
  const running = night.steps.some((step) => step.state === 'running');
  const standing = night.computed_at
    ? t('night.doneSaid', { date: day, at: datetime(night.computed_at) })
    : t(night.published ? 'night.openSaid' : 'night.neverSaid', { date: day, published });
  return (
    <Panel id="night-headline">
      <p role="status">
        <b>{running ? t('night.runningSaid', { date: day, done: steps, total: night.steps.length }) : standing}</b>
        {wrong.length > 0 && (
          <b className="tone-late">
            {t('common.semicolon')}
            {wrong.join(t('common.semicolon'))}
          </b>
        )}
      </p>
      {night.calendar_lacks !== null && (
        <p className="small tone-attention" data-testid="night-calendar">
          {t('night.calendarLacks', { year: night.calendar_lacks })}
        </p>
      )}
      <p className="small ink-2" data-testid="night-first">
        <First night={night} names={night.missing.map(label).join(t('common.and'))} />
      </p>
    </Panel>
  );
}

function First({ night, names }: { night: Night; names: string }) {
  const { t, label } = useText();
  if (stoppedAt(night)) return <>{t('night.firstStopped')}</>;
  if (night.files.length === 0) return <>{t('night.noSources')}</>;
  const waiting = filesOf(night).find((file) => file.state === 'waiting' || file.state === 'failed');
  const todo = todoOf(night).length;
  if (waiting?.load)
    return (
      <>
        {t('night.firstLook')}
        <Link to={`/loads/${waiting.load}`}>{label(waiting.labels)}</Link>
      </>
    );
  if (night.strangers.length > 0) return <>{t('night.firstStrangers', { n: night.strangers.length })}</>;
  if (night.computed_at && night.late > 0) return <>{t('night.firstAgain')}</>;
  if (night.computed_at) return <>{todo > 0 ? t('night.firstTodo', { n: todo }) : t('night.firstNothing')}</>;
  if (names)
    return night.deadline ? (
      <>{t('night.firstMissing', { names, time: time(night.deadline) })}</>
    ) : (
      <>{t('night.firstMissingOpen', { names })}</>
    );
  return <>{t(night.by_itself ? 'night.firstRun' : 'night.firstByHand')}</>;
}

function Figures({ night }: { night: Night }) {
  const { t } = useText();
  const facts = factsOf(night, now());
  const came = night.files.filter((file) => file.load);
  const sum = (of: (file: (typeof came)[number]) => number) =>
    decimal(
      came.reduce((all, file) => all + of(file), 0),
      0,
    );
  const done = night.steps.filter((step) => step.state === 'done').length;
  const left = secondsLeft(night);
  const rejected = came.reduce((all, file) => all + file.rejected, 0);
  const cells: [string, React.ReactNode, React.ReactNode][] = [
    [
      t('night.figure.files'),
      `${facts.came} / ${facts.planned}`,
      (['late', 'failed', 'missing'] as const)
        .filter((key) => facts[key] > 0)
        .map((key) => t(`night.figure.${key}`, { n: facts[key] }))
        .join(t('common.comma')) || undefined,
    ],
    [t('night.figure.rows'), sum((file) => (file.state === 'done' ? (file.rows ?? 0) : 0)), undefined],
    [
      t('night.figure.rejected'),
      <span key="r" className={rejected > 0 ? 'tone-attention' : ''}>
        {sum((file) => file.rejected)}
      </span>,
      undefined,
    ],
    [
      t('night.figure.waiting'),
      <span key="w" className={facts.waiting > 0 ? 'tone-late' : ''}>
        {facts.waiting}
      </span>,
      undefined,
    ],
    [t('night.figure.steps'), `${done} / ${night.steps.length}`, undefined],
    [
      t('night.figure.published'),
      night.computed_at ? datetime(night.computed_at) : t('night.figure.notYet'),
      !night.computed_at && left !== null
        ? t('night.figure.takes', { n: Math.max(1, Math.round(left / 60)) })
        : undefined,
    ],
  ];
  return (
    <Panel flush>
      <div className="figures job-figures">
        {cells.map(([title, value, sub]) => (
          <div className="figure-cell" key={title}>
            <Figure label={title} value={value} sub={sub} />
          </div>
        ))}
      </div>
    </Panel>
  );
}
