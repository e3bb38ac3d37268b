import { expect, test } from 'vitest';
import type { Jobs } from '../../api';
import { deadAndHeld, firstFacts } from './said';

const labels = { zh: '', en: '' };
const letters = (reason: string, count: number, dead: number) =>
  ({
    source: 'event',
    key: 'ear',
    labels,
    reason,
    count,
    dead,
    attempts: 1,
    next_at: null,
    up_to: 1,
    example: '',
  }) as const;
const worker = (silent: boolean) => ({ name: 'a:1', queues: [], started_at: '', beat_at: '', silent });
const mail = (away_since: string | null) => ({
  key: 'email',
  labels,
  waiting: 412,
  sent: 0,
  failed: 0,
  away_since,
  retry_at: null,
  tried: 9,
  error: { zh: '', en: '' },
  expires_at: null,
});
const jobs = (part: Partial<Jobs>): Jobs => ({
  at: '',
  queues: [],
  channels: [mail(null)],
  subscribers: [],
  letters: [],
  workers: [worker(false)],
  schedules: [],
  ...part,
});

test('what waits behind a bad record is neither dead nor tried again', () => {
  expect(deadAndHeld([letters('x', 5, 2), letters('', 7, 0)])).toEqual({ dead: 2, held: 3 });
});

test('nothing is said when all is well', () => {
  expect(firstFacts(jobs({}))).toEqual([]);
});

test('a channel that is away goes before dead letters, and messages that wait are no failures', () => {
  const facts = firstFacts(jobs({ channels: [mail('2026-03-18T01:12:00Z')], letters: [letters('x', 1, 1)] }));
  expect(facts.map(({ key, count }) => [key, count])).toEqual([
    ['away', 412],
    ['dead', 1],
  ]);
});

test('without a living worker that is the first thing', () => {
  expect(firstFacts(jobs({ workers: [] })).map((fact) => fact.key)).toEqual(['nobody']);
  expect(firstFacts(jobs({ workers: [worker(true)] })).map((fact) => fact.key)).toEqual(['nobody']);
  expect(firstFacts(jobs({ workers: [worker(true), worker(false)] }))).toEqual([
    { key: 'silent', count: 1, worker: 'a:1' },
  ]);
});

test('a pump that rests and a line that grows are said after dead letters, each by its name', () => {
  const steps = [{ until: '', waiting: 900, came: 5, left: 1 }];
  const line = (key: string, rests_until: string | null) => ({
    key,
    labels,
    queue: 'send' as const,
    waiting: 900,
    oldest_at: null,
    running: null,
    done: null,
    failed: null,
    catch_up: null,
    steps,
    rests_until,
  });
  const facts = firstFacts(
    jobs({ queues: [line('dispatch', null), line('events', '2026-03-18T02:00:00Z')], letters: [letters('x', 1, 1)] }),
  );
  expect(facts.map(({ key, queue }) => [key, queue?.key])).toEqual([
    ['dead', undefined],
    ['grows', 'dispatch'],
    ['rests', 'events'],
  ]);
  const away = firstFacts(jobs({ channels: [mail('2026-03-18T01:12:00Z')], queues: [line('dispatch', null)] }));
  expect(away.map(({ key }) => key)).toEqual(['away']);
});
