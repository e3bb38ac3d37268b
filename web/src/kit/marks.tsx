import type { ReactNode } from 'react';
import type { AsOf } from '../api';
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

/** How old the data beside it is. Every block has one. */
export function Stamp({ asOf }: { asOf: AsOf | null | undefined }) {
  const { t } = useText();
  if (!asOf) return null;
  const text =
    asOf.kind === 'live'
      ? t('stamp.live', { time: format.time(asOf.at) })
      : t('stamp.dayEnd', { date: format.date(asOf.at) });
  return <span className={`stamp ${asOf.late ? 'late' : asOf.kind}`}>{text}</span>;
}

/** The stamp of a business date. */
export function DayStamp({ date }: { date: string | null | undefined }) {
  return date ? <Stamp asOf={{ kind: 'day_end', at: date, late: false, note: '' }} /> : null;
}

/** The stamp of data read from the live records at `at`, milliseconds since 1970. */
export function LiveStamp({ at }: { at: number }) {
  return at > 0 ? (
    <Stamp asOf={{ kind: 'live', at: new Date(onServerClock(at)).toISOString(), late: false, note: '' }} />
  ) : null;
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
