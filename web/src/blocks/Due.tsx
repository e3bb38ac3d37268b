import type { WorkItem } from '../api/types';
import { useText } from '../app/i18n';
import * as format from '../kit/format';

/** A deadline as the moment plus what is left, or how long it is overdue. */
export function Due({ item }: { item: Pick<WorkItem, 'due_at' | 'overdue' | 'left_minutes' | 'state'> }) {
  const { t } = useText();
  if (!item.due_at) return <span className="ink-3">{t('work.noDue')}</span>;
  const words = { day: t('time.day'), hour: t('time.hour'), minute: t('time.minute') };
  const left = item.left_minutes ?? Math.round((new Date(item.due_at).getTime() - format.onServerClock(Date.now())) / 60_000);
  if (item.state !== 'open') return <span className="ink-2 nowrap">{format.datetime(item.due_at)}</span>;
  if (item.overdue) {
    return (
      <span className="tone-late nowrap">
        <b>{t('time.overdue')}</b> <span className="small">{format.duration(left, words)}</span>
      </span>
    );
  }
  const soon = left < 120;
  return (
    <span className="nowrap">
      <b className={soon ? 'tone-attention' : ''}>{left < 720 ? format.time(item.due_at) : format.datetime(item.due_at)}</b>{' '}
      <span className="small ink-3">{t('time.left')} {format.duration(left, words)} {t('time.leftSuffix')}</span>
    </span>
  );
}
