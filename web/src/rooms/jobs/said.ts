import type { Jobs } from '../../api';

/** What a person has to know first, as facts in the order of their weight. */
export type Said = { key: 'nobody' | 'away' | 'dead' | 'silent' | 'held'; count: number; channel?: Jobs['channels'][number] };

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);

/** How many dead letters there are, and how many failed ones are still tried again; what waits behind them is neither. */
export function deadAndHeld(letters: Jobs['letters']): { dead: number; held: number } {
  const failed = letters.filter((one) => one.reason !== '');
  const dead = sum(failed.map((one) => one.dead));
  return { dead, held: sum(failed.map((one) => one.count)) - dead };
}

export function firstFacts(jobs: Jobs): Said[] {
  const { dead, held } = deadAndHeld(jobs.letters);
  const silent = jobs.workers.filter((worker) => worker.silent).length;
  const facts: Said[] = jobs.channels.filter((one) => one.away_since).map((channel) => ({ key: 'away', count: channel.waiting, channel }));
  if (silent === jobs.workers.length) facts.unshift({ key: 'nobody', count: 0 });
  if (dead > 0) facts.push({ key: 'dead', count: dead });
  if (silent > 0 && silent < jobs.workers.length) facts.push({ key: 'silent', count: silent });
  if (held > 0) facts.push({ key: 'held', count: held });
  return facts;
}
