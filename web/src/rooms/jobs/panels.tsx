import { Button } from 'antd';
import type { JobChannel, JobQueue, JobSchedule, JobWorker, Subscriber } from '../../api';
import { useCan } from '../../api/hooks';
import { useText } from '../../kit/i18n';
import { useWord } from '../../blocks/lists';
import { DataTable, type Column } from '../../kit/DataTable';
import { datetime, decimal, NOTHING, time } from '../../kit/format';
import { useIsPhone } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { Tag, type Tone } from '../../kit/marks';
import { Panel } from '../../kit/Panel';
import { Empty } from '../../kit/states';
import { Segments } from '../../kit/Tabs';
import { useAge } from './age';
import { Hour } from './Hour';
import { pace, said, stateOf, sumOf, type Standing } from './pace';

const two = (number: number) => String(number).padStart(2, '0');
const counted = (value: number | null, tone = '') => (
  <span className={value ? tone : 'ink-3'}>{value === null ? NOTHING : decimal(value, 0)}</span>
);

const STANDINGS: Record<Standing, Tone> = {
  rests: 'late',
  grows: 'attention',
  shrinks: 'blue',
  waits: 'plain',
  fine: 'done',
};

export function QueuesPanel({
  queues,
  busy,
  onShow,
}: {
  queues: JobQueue[];
  busy: boolean;
  onShow: (busy: boolean) => void;
}) {
  const { t, label } = useText();
  const word = useWord();
  const age = useAge();
  const waiting = queues.filter((queue) => queue.waiting > 0);
  const state = (row: JobQueue) => {
    const found = stateOf(row);
    return (
      <Tag tone={STANDINGS[found]}>
        {row.rests_until ? t('job.rests', { time: time(row.rests_until) }) : t(`job.standing.${found}`)}
      </Tag>
    );
  };
  const rate = (value: number | null) => <span className={value ? '' : 'ink-3'}>{said(value)}</span>;
  const detail = (row: JobQueue) =>
    [
      word('job.lane', row.queue),
      ...(row.running ? [`${t('job.running')} ${decimal(row.running, 0)}`] : []),
      ...(row.done !== null ? [`${t('job.done')} ${decimal(row.done, 0)}`] : []),
    ].join(' · ');
  const failed = (row: JobQueue) =>
    (row.failed ?? 0) > 0 && (
      <span className="small tone-late">
        {t('job.failed')} {decimal(row.failed ?? 0, 0)}
      </span>
    );
  const moving = (row: JobQueue) => {
    const { came, left } = pace(row);
    return came || left ? ` · ${t('job.came')} ${said(came)} · ${t('job.left')} ${said(left)}` : '';
  };
  const catchUp = (row: JobQueue) => (row.waiting > 0 ? age.span(row.catch_up) : NOTHING);
  const columns: Column<JobQueue>[] = [
    {
      key: 'name',
      title: t('job.queue'),
      render: (row) => (
        <div className="job-line">
          <b>{label(row.labels)}</b>
          <div className="small ink-3">
            {detail(row)} {failed(row)}
          </div>
        </div>
      ),
    },
    {
      key: 'waiting',
      title: `${t('job.waiting')} ${t('job.unit')}`,
      align: 'right',
      render: (row) => counted(row.waiting),
    },
    { key: 'oldest', title: t('job.oldest'), align: 'right', tight: true, render: (row) => age.since(row.oldest_at) },
    { key: 'came', title: t('job.came'), align: 'right', render: (row) => rate(pace(row).came) },
    { key: 'left', title: t('job.left'), align: 'right', render: (row) => rate(pace(row).left) },
    { key: 'catchUp', title: t('job.catchUp'), align: 'right', tight: true, render: catchUp },
    {
      key: 'hour',
      title: t('job.hour'),
      tight: true,
      render: (row) => <Hour steps={row.steps} name={label(row.labels)} tone={stateOf(row)} />,
    },
    { key: 'state', title: t('job.state'), tight: true, render: state },
  ];
  const items = [
    { key: 'all', title: t('job.all'), count: queues.length },
    { key: 'busy', title: t('job.busy'), count: waiting.length },
  ];
  const rows = busy ? waiting : queues;
  const sum = sumOf(rows);
  const total = {
    name: t('job.total', { n: rows.length }),
    waiting: decimal(sum.waiting, 0),
    came: rate(sum.came),
    left: rate(sum.left),
  };
  return (
    <Panel
      title={t('job.queues')}
      meta={t('job.queuesMeta')}
      side={
        <Segments
          items={items}
          value={busy ? 'busy' : 'all'}
          onChange={(key) => onShow(key === 'busy')}
          label={t('job.queues')}
        />
      }
      flush
      id="job-queues"
    >
      {rows.length === 0 ? (
        <Empty title={t('job.nothingWaits')} />
      ) : (
        <DataTable
          columns={columns}
          rows={rows}
          rowKey={(row) => row.key}
          testId="job-queue"
          roomy
          total={total}
          rowClass={(row) => ({ rests: 'late-row', grows: 'attention-row' })[stateOf(row) as string] ?? ''}
          twoLine={(row) => ({
            title: label(row.labels),
            sub: (
              <>
                {detail(row)}
                {moving(row)}
                {catchUp(row) !== NOTHING && ` · ${t('job.catchUp')} ${catchUp(row)}`}
                <Hour steps={row.steps} name={label(row.labels)} tone={stateOf(row)} />
              </>
            ),
            end: (
              <>
                {decimal(row.waiting, 0)} <span className="unit">{t('job.unit')}</span>
              </>
            ),
            endSub: state(row),
          })}
        />
      )}
    </Panel>
  );
}

export function ChannelsPanel({ channels }: { channels: JobChannel[] }) {
  const { t } = useText();
  return (
    <Panel title={t('job.channels')} meta={t('job.channelsMeta')} flush id="job-channels">
      {channels.map((channel) => (
        <ChannelLine key={channel.key} channel={channel} />
      ))}
    </Panel>
  );
}

/** Waiting, tried and failed are three numbers side by side; waiting is never shown as failed. */
function ChannelLine({ channel }: { channel: JobChannel }) {
  const { t, label } = useText();
  const age = useAge();
  const away = channel.away_since;
  const facts: [string, string, string?][] = [
    [t('job.waiting'), decimal(channel.waiting, 0), away && channel.waiting > 0 ? 'tone-attention' : ''],
    [t('job.sent'), decimal(channel.sent, 0)],
    [t('job.failed'), decimal(channel.failed, 0), channel.failed > 0 ? 'tone-late' : ''],
  ];
  if (away) facts.splice(1, 0, [t('job.tried'), t('job.triedTimes', { n: channel.tried })]);
  return (
    <div className="run" data-testid="job-channel" data-away={away !== null}>
      <div className="row wrap">
        <b>{label(channel.labels)}</b>
        <Tag tone={away ? 'late' : 'done'}>{away ? t('job.away', { time: datetime(away) }) : t('job.works')}</Tag>
        {away && <span className="small ink-3">{age.since(away)}</span>}
      </div>
      {away && (
        <p className="tone-late small">
          <Icon name="alert" size={12} /> {label(channel.error)}
        </p>
      )}
      <dl className="fields narrow" style={{ marginTop: 6 }}>
        {facts.map(([name, value, tone]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={tone}>{value}</dd>
          </div>
        ))}
        {away && (
          <div>
            <dt>{t('job.nextTry')}</dt>
            <dd>{datetime(channel.retry_at)}</dd>
          </div>
        )}
        {away && channel.expires_at && (
          <div className="wide">
            <dt>{t('job.expires')}</dt>
            <dd className="tone-attention">
              {datetime(channel.expires_at)} <span className="small ink-2">{t('job.expiresThen')}</span>
            </dd>
          </div>
        )}
      </dl>
      {away && (
        <p className="small ink-2" style={{ marginTop: 6 }}>
          {t('job.goesOn')}
        </p>
      )}
    </div>
  );
}

export function SubscribersPanel({
  subscribers,
  onReplay,
}: {
  subscribers: Subscriber[];
  onReplay: (key: string) => void;
}) {
  const { t, label } = useText();
  const age = useAge();
  const phone = useIsPhone();
  const mayReplay = useCan('job.replay') && !phone;
  const again = (row: Subscriber) =>
    mayReplay && (
      <Button size="small" disabled={row.position === 0} onClick={() => onReplay(row.key)} data-testid="job-replay">
        {t('job.replay')}
      </Button>
    );
  const columns: Column<Subscriber>[] = [
    { key: 'name', title: t('job.subscriber'), render: (row) => label(row.labels) },
    {
      key: 'lag',
      title: t('job.lag'),
      align: 'right',
      render: (row) => <span title={age.since(row.oldest_at)}>{counted(row.lag)}</span>,
    },
    { key: 'held', title: t('job.held'), align: 'right', render: (row) => counted(row.held, 'tone-attention') },
    { key: 'dead', title: t('job.dead'), align: 'right', render: (row) => counted(row.dead, 'tone-late') },
    { key: 'again', title: '', align: 'right', tight: true, render: again },
  ];
  return (
    <Panel title={t('job.subscribers')} flush id="job-subscribers">
      <DataTable
        columns={columns}
        rows={subscribers}
        rowKey={(row) => row.key}
        testId="job-subscriber"
        twoLine={(row) => ({
          title: label(row.labels),
          sub: `${t('job.lag')} ${row.lag} · ${t('job.held')} ${row.held} · ${t('job.dead')} ${row.dead}`,
          end: again(row),
        })}
      />
    </Panel>
  );
}

const STATES: Record<string, Tone> = {
  waiting: 'plain',
  running: 'blue',
  done: 'done',
  failed: 'late',
  cancelled: 'plain',
  interrupted: 'attention',
};

export function SchedulesPanel({ schedules }: { schedules: JobSchedule[] }) {
  const { t, label } = useText();
  const word = useWord();
  const when = (row: JobSchedule) =>
    `${word('job.days', row.days)} ${row.hour === null ? t('job.hourly', { minute: two(row.minute) }) : `${two(row.hour)}:${two(row.minute)}`}`;
  const last = (row: JobSchedule) =>
    row.last_state ? (
      <span className="row wrap gap-4">
        <Tag tone={STATES[row.last_state]}>{word('run.state', row.last_state)}</Tag> {datetime(row.last_at)}
      </span>
    ) : (
      <span className="ink-3">{t('job.never')}</span>
    );
  const columns: Column<JobSchedule>[] = [
    { key: 'when', title: t('job.when'), render: when },
    {
      key: 'name',
      title: t('job.schedule'),
      render: (row) => (
        <div className="job-task">
          {label(row.labels)}
          {row.error && (
            <p className="small tone-late">
              <Icon name="alert" size={12} /> {row.error}
            </p>
          )}
        </div>
      ),
    },
    { key: 'last', title: t('job.last'), render: last },
    { key: 'next', title: t('job.next'), render: (row) => datetime(row.due_at) },
  ];
  return (
    <Panel title={t('job.schedules')} flush id="job-schedules">
      <DataTable
        columns={columns}
        rows={schedules}
        rowKey={(row) => row.key}
        testId="job-schedule"
        twoLine={(row) => ({
          title: label(row.labels),
          sub: when(row),
          end: last(row),
          endSub: `${t('job.next')} ${datetime(row.due_at)}`,
        })}
      />
    </Panel>
  );
}

export function WorkersPanel({ workers }: { workers: JobWorker[] }) {
  const { t } = useText();
  const word = useWord();
  const age = useAge();
  const serves = (row: JobWorker) => row.queues.map((queue) => word('job.lane', queue)).join(t('common.and'));
  const beat = (row: JobWorker) =>
    row.silent ? (
      <span className="tone-late">
        <Icon name="alert" size={12} /> {t('job.silent', { age: age.since(row.beat_at) })}
      </span>
    ) : (
      t('job.beatAgo', { age: age.since(row.beat_at) })
    );
  const columns: Column<JobWorker>[] = [
    { key: 'name', title: t('job.worker'), tight: true, render: (row) => row.name },
    { key: 'serves', title: t('job.serves'), render: serves },
    { key: 'beat', title: t('job.beat'), tight: true, render: beat },
    { key: 'started', title: t('job.started'), tight: true, render: (row) => datetime(row.started_at) },
  ];
  return (
    <Panel title={t('job.workers')} flush id="job-workers">
      {workers.length === 0 ? (
        <Empty title={t('job.noWorkers')} text={t('job.noWorkersText')} />
      ) : (
        <DataTable
          columns={columns}
          rows={workers}
          rowKey={(row) => row.name}
          testId="job-worker"
          rowClass={(row) => (row.silent ? 'late-row' : '')}
          twoLine={(row) => ({ title: row.name, sub: serves(row), end: beat(row) })}
        />
      )}
    </Panel>
  );
}
