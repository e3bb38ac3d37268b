import type { JobQueue } from '../../api';
import { decimal, NOTHING } from '../../kit/format';

/** How a queue or pump stands: it rests after a fault, gets more than it works off, catches up, has some waiting, or none. */
export type Standing = 'rests' | 'grows' | 'shrinks' | 'waits' | 'fine';
type Pace = { came: number | null; left: number | null };

/** How many a second came and left in the last five minutes. */
export function pace(queue: Pick<JobQueue, 'steps'>): Pace {
  const latest = queue.steps.at(-1);
  return { came: latest?.came ?? null, left: latest?.left ?? null };
}

/** Fewer than these waiting are a batch on its way, not a backlog. */
const FEW = 10;

export function stateOf(queue: Pick<JobQueue, 'steps' | 'waiting' | 'rests_until'>): Standing {
  if (queue.rests_until) return 'rests';
  if (queue.waiting < FEW) return queue.waiting > 0 ? 'waits' : 'fine';
  const { came, left } = pace(queue);
  if (came === null || left === null || came === left) return 'waits';
  return came > left ? 'grows' : 'shrinks';
}

/** What waits, comes and leaves in all; of lines of which no pace is known nothing is added, and without any there is none. */
export function sumOf(queues: Pick<JobQueue, 'steps' | 'waiting'>[]): Pace & { waiting: number } {
  const paces = queues.map(pace);
  const add = (some: (number | null)[]) =>
    some.every((one) => one === null) ? null : some.reduce<number>((all, one) => all + (one ?? 0), 0);
  return {
    waiting: queues.reduce((all, queue) => all + queue.waiting, 0),
    came: add(paces.map(({ came }) => came)),
    left: add(paces.map(({ left }) => left)),
  };
}

/** The heights of the bars, in parts of the highest, a few being low; null where nothing is on record. */
export function heights(steps: JobQueue['steps']): (number | null)[] {
  const most = Math.max(FEW, ...steps.map(({ waiting }) => waiting ?? 0));
  return steps.map(({ waiting }) => (waiting === null ? null : waiting / most));
}

/** So many a second; few are more than none. */
export function said(rate: number | null): string {
  if (rate === null) return NOTHING;
  return rate > 0 && rate < 0.05 ? '< 0.1' : decimal(rate, 1);
}
