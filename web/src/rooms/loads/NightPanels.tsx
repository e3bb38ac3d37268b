import { Fragment } from 'react';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { Night, NightFile, NightStep } from '../../api';
import { useWord } from '../../blocks/lists';
import { DataTable, type Column } from '../../kit/DataTable';
import { date, datetime, decimal, NOTHING, time } from '../../kit/format';
import { useText } from '../../kit/i18n';
import { Tag, type Tone } from '../../kit/marks';
import { Panel } from '../../kit/Panel';
import { QueryState } from '../../kit/states';
import { Answers, EffectsPanel, WaitingNotice } from './Effects';

/** The files that wait for a person, each with what it would do and the answer to give. */
export function WaitingPanels({ files }: { files: NightFile[] }) {
  return files
    .filter((file) => file.state === 'waiting')
    .map((file) => file.load && <WaitingPanel key={file.load} uid={file.load} file={file} />);
}

function WaitingPanel({ uid, file }: { uid: string; file: NightFile }) {
  const { t, label } = useText();
  const query = useQuery({
    queryKey: ['load', uid],
    queryFn: ({ signal }) => api.get('/loads/{uid}', { path: { uid }, signal }),
  });
  return (
    <Panel
      id="night-waiting"
      title={t('night.waiting')}
      meta={`${label(file.labels)} · ${file.file}`}
      side={query.data && <Answers load={query.data} />}
    >
      <p className="small ink-2">
        {t('night.waitingRows', {
          rows: decimal(file.rows ?? 0, 0),
          before: file.before === null ? NOTHING : decimal(file.before, 0),
        })}
      </p>
      <QueryState query={query} rows={3}>
        {(load) => (
          <div className="stack gap-8">
            <WaitingNotice load={load} />
            <EffectsPanel load={load} />
          </div>
        )}
      </QueryState>
    </Panel>
  );
}

const STEP_TONES: Record<NightStep['state'], Tone> = {
  done: 'done',
  running: 'blue',
  waiting: 'plain',
  stopped: 'late',
};
const seconds = (step: NightStep) =>
  step.started_at && step.finished_at ? (Date.parse(step.finished_at) - Date.parse(step.started_at)) / 1000 : null;

/** The steps of the day's computing: when, how long, beside what is usual. */
export function StepsPanel({ night }: { night: Night }) {
  const { t, label } = useText();
  const took = (value: number | null) =>
    value === null ? NOTHING : t('night.seconds', { n: decimal(value, value < 10 ? 1 : 0) });
  const state = (step: NightStep) => <Tag tone={STEP_TONES[step.state]}>{t(`night.step.${step.state}`)}</Tag>;
  const columns: Column<NightStep>[] = [
    { key: 'step', title: t('night.step'), render: (step) => label(step.labels) },
    {
      key: 'started',
      title: t('night.began'),
      align: 'right',
      render: (step) => (step.started_at ? time(step.started_at) : NOTHING),
    },
    { key: 'took', title: t('night.took'), align: 'right', render: (step) => took(seconds(step)) },
    {
      key: 'usual',
      title: t('night.usual'),
      align: 'right',
      render: (step) => <span className="ink-2">{took(step.usual)}</span>,
    },
    { key: 'state', title: t('common.state'), tight: true, render: state },
  ];
  return (
    <Panel id="night-steps" title={t('night.steps')} meta={night.steps.length} flush>
      <DataTable
        columns={columns}
        rows={night.steps}
        rowKey={(step) => step.key}
        testId="night-step"
        twoLine={(step) => ({
          title: label(step.labels),
          sub: step.started_at ? time(step.started_at) : '',
          end: state(step),
          endSub: took(seconds(step)),
        })}
      />
    </Panel>
  );
}

/** What everybody sees now, and what begins by itself. */
export function SchedulePanel({ night }: { night: Night }) {
  const { t, label } = useText();
  const word = useWord();
  return (
    <Panel id="night-schedule" title={t('night.schedule')}>
      <dl className="fields narrow">
        <dt>{t('night.seen')}</dt>
        <dd>
          {night.published
            ? t('night.seenDay', {
                date: date(night.published.business_date),
                at: datetime(night.published.published_at),
              })
            : t('night.seenNone')}
        </dd>
        {night.schedules.map((one) => (
          <Fragment key={one.key}>
            <dt>{label(one.labels)}</dt>
            <dd>
              {one.due_at ? t('night.next', { at: datetime(one.due_at) }) : t('night.notPlanned')}
              {one.last_at && (
                <span className="small ink-3">
                  {' '}
                  {t('night.last', {
                    at: datetime(one.last_at),
                    state: one.last_state ? word('run.state', one.last_state) : '',
                  })}
                </span>
              )}
              {one.error && <p className="small tone-late">{one.error}</p>}
            </dd>
          </Fragment>
        ))}
        <dt>{t('night.inbox')}</dt>
        <dd className="ink-2">{t('night.inboxText')}</dd>
      </dl>
    </Panel>
  );
}
