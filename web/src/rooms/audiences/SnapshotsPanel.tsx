import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import { useText } from '../../kit/i18n';
import { date, datetime, decimal } from '../../kit/format';
import { Panel } from '../../kit/Panel';
import { QueryState } from '../../kit/states';

export function SnapshotsPanel({ uid }: { uid: string }) {
  const { t } = useText();
  const query = useQuery({
    queryKey: ['audience-snapshots', uid],
    queryFn: ({ signal }) => api.get('/audiences/{uid}/snapshots', { path: { uid }, signal }),
  });
  return (
    <Panel title={t('audience.snapshotList')} meta={query.data?.items.length} flush>
      <QueryState query={query} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="panel-body ink-3">{t('audience.noSnapshots')}</p>
          ) : (
            <table className="grid">
              <tbody>
                {items.map((item) => (
                  <tr key={item.uid} data-testid="snapshot-row">
                    <td className="tight">{t('stamp.short.dayEnd', { date: date(item.business_date) })}</td>
                    <td className="num">
                      {decimal(item.count, 0)} <span className="unit">{t('unit.household')}</span>
                    </td>
                    <td className="num ink-3">{datetime(item.taken_at)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </QueryState>
    </Panel>
  );
}
