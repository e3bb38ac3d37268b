import type { ReactNode } from 'react';
import type { AsOf } from '../api';
import { useDataDue } from '../api/hooks';
import { useText } from './i18n';
import { onServerClock } from './clock';
import * as format from './format';
import { Icon, type IconName } from './Icon';

export type Tone = 'plain' | 'blue' | 'done' | 'attention' | 'late' | 'refused' | 'gold' | 'outline' | 'dashed';

export function Tag({ tone = 'plain', children, title }: { tone?: Tone; children: ReactNode; title?: string }) {
  return (
    <span className={`tag ${tone}`} title={title}>
      {children}
    </span>
  );
}

/** The tone of a status; of a tier the highest level is gold, the ones below it are outlined. */
const STATUS_TONES: Record<string, Tone> = {
  done: 'done',
  ok: 'done',
  success: 'done',
  active: 'done',
  live: 'done',
  granted: 'done',
  sent: 'done',
  delivered: 'done',
  info: 'blue',
  model: 'blue',
  attention: 'attention',
  warning: 'attention',
  due: 'attention',
  unknown: 'attention',
  waiting: 'attention',
  stale: 'attention',
  late: 'late',
  error: 'late',
  failed: 'late',
  overdue: 'late',
  danger: 'late',
  alert: 'late',
  refused: 'refused',
  withdrawn: 'refused',
  restricted: 'refused',
  sensitive: 'refused',
  top: 'gold',
  middle: 'outline',
};

export function toneOf(status: string | null | undefined): Tone {
  return STATUS_TONES[status ?? ''] ?? 'plain';
}

const MARKS: Record<'done' | 'refused' | 'attention' | 'late' | 'none', IconName> = {
  done: 'check',
  refused: 'close',
  attention: 'clock',
  late: 'close',
  none: 'close',
};

/** The round mark that goes before a checked fact; the words beside it say the same. */
export function Mark({ tone }: { tone: keyof typeof MARKS }) {
  return <span className={`dot-mark ${tone}`}>{tone === 'none' ? '–' : <Icon name={MARKS[tone]} size={10} />}</span>;
}

/** How old the data beside it is. Every block has one; where newer data should be there it says since when, unless the data
 * are `frozen`: of a past day for good. */
export function Stamp({ asOf, frozen = false }: { asOf: AsOf | null | undefined; frozen?: boolean }) {
  const { t } = useText();
  const due = useDataDue();
  if (!asOf) return null;
  if (asOf.kind === 'live')
    return <span className="stamp live">{t('stamp.live', { time: format.time(asOf.at) })}</span>;
  const text = t('stamp.dayEnd', { date: format.date(asOf.at) });
  if (frozen || !due || asOf.at >= due) return <span className="stamp day_end">{text}</span>;
  return (
    <span className="stamp late" data-testid="stamp-late">
      {text}
      {t('stamp.due', { date: format.date(due) })}
    </span>
  );
}

/** The stamp of a business date. */
export function DayStamp({ date, frozen }: { date: string | null | undefined; frozen?: boolean }) {
  return date ? <Stamp asOf={{ kind: 'day_end', at: date }} frozen={frozen} /> : null;
}

/** The stamp of data read from the live records at `at`, milliseconds since 1970. */
export function LiveStamp({ at }: { at: number }) {
  return at > 0 ? <Stamp asOf={{ kind: 'live', at: new Date(onServerClock(at)).toISOString() }} /> : null;
}

/** A name of any length on one line: what does not fit is cut, the whole stands in its title. */
export function Clip({ children }: { children: string }) {
  return (
    <span className="clip" title={children}>
      {children}
    </span>
  );
}

export function Bar({ share, tone }: { share: number; tone?: string }) {
  return (
    <span className={`bar ${tone ?? ''}`} aria-hidden>
      <i style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
    </span>
  );
}
