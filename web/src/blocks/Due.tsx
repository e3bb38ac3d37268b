import type { WorkItem } from '../api';
import { useText } from '../kit/i18n';
import { now as serverNow } from '../kit/clock';
import * as format from '../kit/format';

/** A deadline as the moment plus what is left, or how long it is overdue. */
export function Due({ item }: { item: Pick<WorkItem, 'due_at' | 'overdue' | 'paused' | 'state'> }) {
  const { t } = useText();
  if (!item.due_at) return <span className="ink-3">{t('work.noDue')}</span>;
  if (item.paused && item.state === 'open') return <span className="ink-2 nowrap">{t('work.paused')}</span>;
  const words = { day: t('time.day'), hour: t('time.hour'), minute: t('time.minute') };
  const now = serverNow();
  const left = (new Date(item.due_at).getTime() - now) / 60_000;
  const distance = format.distance(item.due_at, now, words);
  if (item.state !== 'open') return <span className="ink-2 nowrap">{format.datetime(item.due_at)}</span>;
  if (item.overdue || left < 0) {
    return (
      <span className="tone-late nowrap">
        <b>{t('time.overdue')}</b> <span className="small">{distance}</span>
      </span>
    );
  }
  const soon = left < 120;
  return (
    <span className="nowrap">
      <b className={soon ? 'tone-attention' : ''}>
        {left < 720 ? format.time(item.due_at) : format.datetime(item.due_at)}
      </b>{' '}
      <span className="small ink-3">
        {t('time.left')} {distance} {t('time.leftSuffix')}
      </span>
    </span>
  );
}
