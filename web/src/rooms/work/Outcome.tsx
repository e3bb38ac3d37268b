import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { api, download } from '../../api/client';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { useReport } from '../../kit/feedback';
import { datetime, decimal } from '../../kit/format';
import { Icon } from '../../kit/Icon';
import { Bar } from '../../kit/marks';
import { QueryState } from '../../kit/states';

const UNDER_WAY = ['waiting', 'running'];

/** The file of an approved export: on its way, to be fetched, or gone. */
export function Outcome({ uid }: { uid: string }) {
  const { t, label } = useText();
  const report = useReport();
  const made = useQuery({
    queryKey: ['export', uid],
    queryFn: ({ signal }) => api.get('/exports/{uid}', { path: { uid }, signal }),
    refetchInterval: ({ state }) => (state.data && UNDER_WAY.includes(state.data.state) ? 2_000 : false),
  });
  const fetchFile = useChange({
    mutationFn: (name: string) => download.get(`${name}.xlsx`, '/exports/{uid}/file', { path: { uid } }),
    onError: report,
  });
  return (
    <div className="stack gap-4" data-testid="work-outcome">
      <h3 className="section-title">{t('work.outcome')}</h3>
      <QueryState query={made} rows={1}>
        {(found) => {
          if (found.state === 'running')
            return (
              <>
                <p>{t('export.making', { done: decimal(found.done, 0), total: decimal(found.total, 0) })}</p>
                <Bar share={found.total ? found.done / found.total : 0} />
              </>
            );
          if (found.state === 'waiting') return <p>{t('export.waiting')}</p>;
          if (found.state === 'expired') return <p className="ink-3">{t('export.expired')}</p>;
          if (found.state !== 'done')
            return (
              <p className="tone-late">
                {found.error ? t('export.failedFor', { reason: label(found.error) }) : t('export.failed')}
              </p>
            );
          return (
            <p className="row wrap">
              <Button
                type="primary"
                ghost
                size="small"
                icon={<Icon name="download" size={14} />}
                loading={fetchFile.isPending}
                onClick={() => fetchFile.mutate(found.object)}
                data-testid="export-fetch"
              >
                {t('common.download')}
              </Button>
              <span className="small ink-2">
                {t('export.ready', { rows: decimal(found.rows, 0), until: datetime(found.expires_at) })}
              </span>
            </p>
          );
        }}
      </QueryState>
    </div>
  );
}
