import { expect, test } from 'vitest';
import type { JobStep } from '../../api';
import { heights, pace, said, stateOf, sumOf } from './pace';

const step = (waiting: number | null, came: number | null = null, left: number | null = null): JobStep => ({
  until: '',
  waiting,
  came,
  left,
});
const queue = (waiting: number, came: number | null, left: number | null, rests_until: string | null = null) => ({
  waiting,
  rests_until,
  steps: [step(waiting, 9, 9), step(waiting, came, left)],
});

test('the pace is that of the last step, and none without one', () => {
  expect(pace(queue(1, 2, 3))).toEqual({ came: 2, left: 3 });
  expect(pace({ steps: [] })).toEqual({ came: null, left: null });
});

test('a line grows where more comes than leaves, and a few on their way are no backlog', () => {
  expect(stateOf(queue(0, 5, 1))).toBe('fine');
  expect(stateOf(queue(3, 5, 1))).toBe('waits');
  expect(stateOf(queue(900, 5, 1))).toBe('grows');
  expect(stateOf(queue(900, 1, 5))).toBe('shrinks');
  expect(stateOf(queue(900, 2, 2))).toBe('waits');
  expect(stateOf(queue(900, null, null))).toBe('waits');
  expect(stateOf(queue(0, 1, 1, '2026-03-18T02:00:00Z'))).toBe('rests');
});

test('sums leave out what is not known, and are not known without anything', () => {
  expect(sumOf([queue(3, 1, 2), queue(4, null, null)])).toEqual({ waiting: 7, came: 1, left: 2 });
  expect(sumOf([queue(4, null, null)])).toEqual({ waiting: 4, came: null, left: null });
});

test('bars are in parts of the highest, and none where nothing is on record', () => {
  expect(heights([step(null), step(0), step(50), step(200)])).toEqual([null, 0, 0.25, 1]);
  expect(heights([step(0), step(2)])).toEqual([0, 0.2]);
});

test('a pace that is not none is not said to be', () => {
  expect([said(null), said(0), said(0.01), said(0.05), said(831.04)]).toEqual(['—', '0.0', '< 0.1', '0.1', '831.0']);
});
