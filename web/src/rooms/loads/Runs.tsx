import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { api, query } from '../../api/client';
import { useCan } from '../../api/hooks';
import type { Run } from '../../api/types';
import { useText } from '../../app/i18n';
import { useReport, useSay } from '../../kit/feedback';
import { datetime, decimal } from '../../kit/format';
import { LiveStamp } from '../../kit/marks';
import { Panel } from '../../kit/Panel';

const ACTIVE = new Set(['running', 'queued', 'waiting', 'cancelling']);

/** Background runs under way: progress, step, cancel. Nothing is drawn when nothing runs. */
export function RunsPanel({ kind, onFinished }: { kind?: string; onFinished?: () => void }) {
  const { t } = useText();
  const mayRead = useCan('run.read');
  const runs = useQuery({
    queryKey: ['runs', kind ?? ''],
    queryFn: ({ signal }) => api.get<{ items: Run[] }>(`/runs${query({ kind })}`, signal),
    enabled: mayRead,
    refetchInterval: (state) => (state.state.data?.items.some((run) => ACTIVE.has(run.state)) ? 2_000 : 15_000),
  });
  const active = runs.data?.items.filter((run) => ACTIVE.has(run.state)) ?? [];
  const before = useRef(0);
  useEffect(() => {
    if (before.current > active.length) onFinished?.();
    before.current = active.length;
  }, [active.length, onFinished]);
  if (active.length === 0) return null;
  return (
    <Panel title={t('run.title')} meta={active.length} side={<LiveStamp at={runs.dataUpdatedAt} />} flush>
      {active.map((run) => <RunLine key={run.uid} run={run} />)}
    </Panel>
  );
}

function RunLine({ run }: { run: Run }) {
  const { t } = useText();
  const client = useQueryClient();
  const report = useReport();
  const say = useSay();
  const cancel = useMutation({
    mutationFn: () => api.post(`/runs/${run.uid}/cancel`),
    onSuccess: () => {
      say(t('run.cancelled'));
      void client.invalidateQueries({ queryKey: ['runs'] });
    },
    onError: report,
  });
  const progress = run.progress;
  const share = progress && progress.total > 0 ? progress.done / progress.total : 0;
  return (
    <div className="run" data-testid="run">
      <div className="row">
        <b>{run.title}</b>
        <span className="ink-2">{progress?.step}</span>
        <span className="right small ink-3">{datetime(run.started_at)}</span>
        {progress && <span className="small">{t('run.progress', { done: decimal(progress.done, 0), total: decimal(progress.total, 0) })}</span>}
        {run.cancellable && <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate()} data-testid="run-cancel">{t('run.cancel')}</Button>}
      </div>
      <div className="progress" role="progressbar" aria-valuenow={Math.round(share * 100)} aria-valuemin={0} aria-valuemax={100}><i style={{ width: `${share * 100}%` }} /></div>
    </div>
  );
}
