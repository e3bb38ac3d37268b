import type { JobQueue, Jobs } from '../../api';
import { stateOf } from './pace';

/** What a person has to know first, as facts in the order of their weight. */
export type Said = {
  key: 'nobody' | 'away' | 'dead' | 'silent' | 'rests' | 'grows' | 'held';
  count: number;
  channel?: Jobs['channels'][number];
  queue?: JobQueue;
  worker?: string;
};

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);

/** How many dead letters there are, and how many failed ones are still tried again; what waits behind them is neither. */
export function deadAndHeld(letters: Jobs['letters']): { dead: number; held: number } {
  const failed = letters.filter((one) => one.reason !== '');
  const dead = sum(failed.map((one) => one.dead));
  return { dead, held: sum(failed.map((one) => one.count)) - dead };
}

export function firstFacts(jobs: Jobs): Said[] {
  const { dead, held } = deadAndHeld(jobs.letters);
  const silent = jobs.workers.filter((worker) => worker.silent);
  const facts: Said[] = jobs.channels
    .filter((one) => one.away_since)
    .map((channel) => ({ key: 'away', count: channel.waiting, channel }));
  if (silent.length === jobs.workers.length) facts.unshift({ key: 'nobody', count: 0 });
  if (dead > 0) facts.push({ key: 'dead', count: dead });
  if (silent.length > 0 && silent.length < jobs.workers.length)
    facts.push({ key: 'silent', count: silent.length, worker: silent[0]?.name });
  for (const queue of jobs.queues) {
    const state = stateOf(queue);
    const stuck = queue.queue === 'send' && facts.some((fact) => fact.key === 'away'); // it grows because nothing can leave
    if (state === 'rests' || (state === 'grows' && !stuck)) facts.push({ key: state, count: queue.waiting, queue });
  }
  if (held > 0) facts.push({ key: 'held', count: held });
  return facts;
}
