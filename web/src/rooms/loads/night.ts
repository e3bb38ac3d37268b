import type { Night, NightFile } from '../../api';

/** Files that nobody has to see to. */
const CALM = new Set<NightFile['state']>(['done', 'restored', 'running', 'expected', 'kept', 'unplanned']);
const CAME = new Set<NightFile['state']>(['done', 'restored', 'running', 'waiting', 'discarded', 'undone']);

/** Whether a file left rows behind, or its rows are worth a look. */
export const isPartly = (file: NightFile) => file.state === 'done' && file.rejected + file.without_record > 0;

/** Whether somebody has to see to a file. */
export const needsSomebody = (file: NightFile) => !CALM.has(file.state) || isPartly(file);

/** The files that a night is about: those that are due, and those of other days that came in it and are somebody's to see to. */
export const filesOf = (night: Night) => [...night.files, ...night.others];

/** The files of a night that somebody has to see to: whatever speaks of them means these. */
export const todoOf = (night: Night) => filesOf(night).filter(needsSomebody);

/** Whether a file of the night is there; one that failed is not. */
export const hasCome = (file: NightFile) => CAME.has(file.state);

export type Days = { first: string; last: string };

/** What is to be said of the days of a file: others than the night's, or `unsaid` where neither name nor rows say any. */
export function daysOf(file: NightFile, night: string): Days | 'unsaid' | null {
  if (!file.load) return null;
  const { first_date: first, last_date: last } = file;
  if (!first || !last) return 'unsaid';
  return first === night && last === night ? null : { first, last };
}

/** Minutes by which a file came, or still is, later than agreed; null for none. */
export function minutesLate(file: NightFile, now: number): number | null {
  if (!file.due_at || (!file.arrived_at && file.state !== 'late' && file.state !== 'missing')) return null;
  const until = file.arrived_at ? Date.parse(file.arrived_at) : now;
  const minutes = Math.floor((until - Date.parse(file.due_at)) / 60_000);
  return minutes > 0 ? minutes : null;
}

/** By how many percent rows differ from what they are compared with; null where there is nothing to compare with. */
export function against(rows: number | null, other: number | null): number | null {
  return rows === null || !other ? null : (100 * (rows - other)) / other;
}

/** Where the band, what is usual and the rows stand on a line from 0 to 100; rows far outside stand at its end. */
export function onBand(file: NightFile): { from: number; to: number; usual: number; rows: number | null } | null {
  const { band, usual, rows } = file;
  if (!band || usual === null) return null;
  const [low = usual, high = usual] = band;
  const reach = Math.max(high - usual, usual - low, usual * 0.02, 1) * 2;
  const place = (value: number) => Math.min(100, Math.max(0, 50 + ((value - usual) / reach) * 50));
  return { from: place(low), to: place(high), usual: 50, rows: rows === null ? null : place(rows) };
}

export type Facts = { came: number; planned: number; late: number; missing: number; waiting: number; failed: number };

/** What the headline says of a night: what came late is there, what is overdue is not. */
export function factsOf(night: Night, now: number): Facts {
  const planned = night.files.filter((file) => file.due_at !== null || file.load !== null);
  const of = (...states: NightFile['state'][]) => filesOf(night).filter((file) => states.includes(file.state)).length;
  return {
    came: planned.filter(hasCome).length,
    planned: planned.length,
    late: planned.filter((file) => hasCome(file) && minutesLate(file, now) !== null).length,
    missing: of('late', 'missing'),
    waiting: of('waiting'),
    failed: of('failed'),
  };
}

/** The step in whose midst the day's computing ended; none while it goes on. */
export function stoppedAt(night: Night): Night['steps'][number] | undefined {
  const running = night.steps.some((step) => step.state === 'running');
  return running ? undefined : night.steps.find((step) => step.state === 'stopped');
}

/** Seconds that the steps which are not done usually take; null where that is not known. */
export function secondsLeft(night: Night): number | null {
  const left = night.steps.filter((step) => step.state !== 'done');
  return left.length > 0 && left.every((step) => step.usual !== null)
    ? left.reduce((sum, step) => sum + (step.usual ?? 0), 0)
    : null;
}
