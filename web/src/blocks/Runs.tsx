import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'react-router';
import { api } from '../api/client';
import { useCan } from '../api/hooks';
import type { Pending, Run } from '../api';
import { useText } from '../kit/i18n';
import { useWord } from './lists';
import { useChange } from '../kit/change';
import { useReport, useSay } from '../kit/feedback';
import { datetime, decimal } from '../kit/format';
import { Icon } from '../kit/Icon';
import { LiveStamp, Tag, type Tone } from '../kit/marks';
import { Panel } from '../kit/Panel';
import { FailureNotice, findingText } from './Failure';

const ACTIVE = new Set(['running', 'waiting']);
const TONES: Record<Run['state'], Tone> = {
  waiting: 'plain',
  running: 'blue',
  done: 'done',
  failed: 'late',
  cancelled: 'plain',
  interrupted: 'attention',
};

/** Background runs: those under way and the newest that ended, each with its progress, error and log. */
export function RunsPanel({ onFinished, shown = 3 }: { onFinished?: () => void; shown?: number }) {
  const { t } = useText();
  const mayRead = useCan('run.read');
  const runs = useQuery({
    queryKey: ['runs'],
    queryFn: ({ signal }) => api.get('/runs', { signal }),
    enabled: mayRead,
    refetchInterval: (state) => (state.state.data?.items.some((run) => ACTIVE.has(run.state)) ? 2_000 : 15_000),
  });
  const items = runs.data?.items ?? [];
  const active = items.filter((run) => ACTIVE.has(run.state));
  const ended = items.filter((run) => !ACTIVE.has(run.state)).slice(0, Math.max(shown - active.length, 0));
  const before = useRef(0);
  useEffect(() => {
    if (before.current > active.length) onFinished?.();
    before.current = active.length;
  }, [active.length, onFinished]);
  const pending = runs.data?.pending;
  if (items.length === 0) return null;
  return (
    <Panel
      title={t('run.title')}
      meta={active.length > 0 ? t('run.active', { n: active.length }) : undefined}
      side={<LiveStamp at={runs.dataUpdatedAt} />}
      flush
    >
      {active.length === 0 && <PendingNotices pending={pending} />}
      {[...active, ...ended].map((run) => (
        <RunLine key={run.uid} run={run} />
      ))}
    </Panel>
  );
}

/** What a person may have computed: files that came after the last computing, and what has come of the next day. */
function PendingNotices({ pending }: { pending: Pending | undefined }) {
  const { t, label } = useText();
  if (!pending) return null;
  const { next, loads, business_date: computed } = pending;
  return (
    <>
      {computed && loads > 0 && (
        <PendingNotice day={computed} act={t('run.stageAgain')} testId="loads-pending">
          {t('run.pending', { n: loads, date: computed })}
        </PendingNotice>
      )}
      {next &&
        (next.missing.length > 0 ? (
          <PendingNotice testId="next-missing">
            {t('run.nextMissing', {
              date: next.business_date,
              n: next.files,
              names: next.missing.map(label).join(t('common.and')),
            })}
          </PendingNotice>
        ) : (
          <PendingNotice day={next.business_date} act={t('run.computeNow')} testId="next-complete">
            {t('run.nextComplete', { date: next.business_date })}
          </PendingNotice>
        ))}
    </>
  );
}

type NoticeProps = { day?: string; act?: string; testId: string; children: ReactNode };

/** One such thing, and the button that has its day computed for those who may. */
function PendingNotice({ day, act, testId, children }: NoticeProps) {
  const client = useQueryClient();
  const report = useReport();
  const may = useCan('night.run');
  const compute = useChange({
    mutationFn: (business_date: string) => api.post('/night/compute', { body: { business_date } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['runs'] }),
    onError: report,
  });
  return (
    <div className="run row wrap tone-attention" role="status" data-testid={testId}>
      <Icon name="alert" size={14} /> {children}
      {may && day && (
        <Button
          className="right"
          size="small"
          loading={compute.isPending || compute.isSuccess}
          onClick={() => compute.mutate(day)}
          data-testid="stage-again"
        >
          {act}
        </Button>
      )}
    </div>
  );
}

function RunLine({ run }: { run: Run }) {
  const { t, label, lang } = useText();
  const word = useWord();
  const { progress, log = [], findings = [] } = run;
  const running = ACTIVE.has(run.state);
  const share = progress && progress.total > 0 ? progress.done / progress.total : 0;
  return (
    <div className="run" data-testid="run" data-state={run.state}>
      <div className="row wrap">
        <b data-testid="run-title">{label(run.title)}</b>
        <Tag tone={TONES[run.state] ?? 'plain'}>{word('run.state', run.state)}</Tag>
        {running && (
          <span className="ink-2" data-testid="run-step">
            {label(progress.step)}
          </span>
        )}
        {log.length > 0 && (
          <details className="small">
            <summary data-testid="run-log">{t('run.log', { n: log.length })}</summary>
            <pre className="message quiet">{log.join('\n')}</pre>
          </details>
        )}
        <span className="right small ink-3 nowrap">{datetime(run.finished_at ?? run.started_at)}</span>
        {running && progress && progress.total > 0 && (
          <span className="small">
            {t('run.progress', { done: decimal(progress.done, 0), total: decimal(progress.total, 0) })}
          </span>
        )}
        {run.load && (
          <Link to={`/loads/${run.load}`} className="small" data-testid="run-load">
            {t('run.see')}
          </Link>
        )}
        {run.cancellable && <CancelButton run={run} />}
        {run.repeatable && <RepeatButton run={run} />}
      </div>
      {running && share > 0 && (
        <div
          className="progress"
          role="progressbar"
          aria-valuenow={Math.round(share * 100)}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <i style={{ width: `${share * 100}%` }} />
        </div>
      )}
      {run.error && <FailureNotice failure={run.error} />}
      {findings.length > 0 && (
        <p className="small tone-attention" data-testid="run-findings">
          <Icon name="alert" size={13} />{' '}
          {findings.map((finding) => findingText(finding, lang)).join(t('common.semicolon'))}
        </p>
      )}
    </div>
  );
}

function CancelButton({ run }: { run: Run }) {
  const { t, label } = useText();
  const { modal } = App.useApp();
  const word = useWord();
  const client = useQueryClient();
  const report = useReport();
  const say = useSay();
  const leaves = word('run.leaves', run.kind);
  const cancel = useChange({
    mutationFn: () => api.post('/runs/{uid}/cancel', { path: { uid: run.uid } }),
    onSuccess: () => {
      say(t('run.cancelled'));
      void client.invalidateQueries({ queryKey: ['runs'] });
    },
    onError: report,
  });
  const ask = () =>
    void modal.confirm({
      title: t('run.cancelTitle', { name: label(run.title) }),
      content: leaves === run.kind ? t('run.cancelText') : leaves,
      okText: t('run.cancel'),
      okButtonProps: { danger: true, 'data-testid': 'run-cancel-confirm' },
      onOk: () => cancel.mutateAsync().catch(() => undefined),
    });
  if (cancel.isSuccess) return <Tag tone="attention">{t('run.cancelling')}</Tag>;
  return (
    <Button size="small" loading={cancel.isPending} onClick={ask} data-testid="run-cancel">
      {t('run.cancel')}
    </Button>
  );
}

/** Once more what came to nothing, with the same parameters: a run of its own. */
function RepeatButton({ run }: { run: Run }) {
  const { t } = useText();
  const client = useQueryClient();
  const report = useReport();
  const repeat = useChange({
    mutationFn: () => api.post('/runs/{uid}/repeat', { path: { uid: run.uid } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['runs'] }),
    onError: report,
  });
  return (
    <Button
      size="small"
      loading={repeat.isPending}
      disabled={repeat.isSuccess}
      onClick={() => repeat.mutate()}
      data-testid="run-repeat"
    >
      {t('run.repeat')}
    </Button>
  );
}
