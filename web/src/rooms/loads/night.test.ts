import { describe, expect, it } from 'vitest';
import type { Night, NightFile } from '../../api';
import { against, daysOf, factsOf, minutesLate, needsSomebody, onBand, secondsLeft, stoppedAt, todoOf } from './night';

const NOW = Date.parse('2026-03-17T12:00:00Z'); // 20:00 in Shanghai

function file(values: Partial<NightFile> = {}): NightFile {
  return {
    source: 'counter_trade',
    labels: { zh: '柜台成交', en: 'Counter trades' },
    owner: '清算部',
    state: 'done',
    needed: true,
    due_at: '2026-03-17T11:00:00Z',
    arrived_at: '2026-03-17T10:52:00Z',
    load: 'u1',
    file: 'counter_trade_20260317.csv',
    rows: 100,
    rejected: 0,
    without_record: 0,
    before: 90,
    usual: 100,
    band: [90, 110],
    newest: '2026-03-17',
    first_date: '2026-03-17',
    last_date: '2026-03-17',
    ...values,
  };
}

const absent = (state: NightFile['state']) => file({ state, arrived_at: null, load: null, rows: null });

function night(files: NightFile[], steps: Night['steps'] = []): Night {
  return {
    business_date: '2026-03-17',
    deadline: '2026-03-18T01:00:00Z',
    calendar_lacks: null,
    published: null,
    computed_at: null,
    files,
    steps,
    missing: [],
    by_itself: true,
    restates: [],
    late: 0,
    elsewhere: 0,
    others: [],
    strangers: [],
    schedules: [],
  };
}

describe('a file of the night', () => {
  it('is late by the minutes after it was due, until it came or until now', () => {
    expect(minutesLate(file(), NOW)).toBeNull();
    expect(minutesLate(file({ arrived_at: '2026-03-17T11:44:00Z' }), NOW)).toBe(44);
    expect(minutesLate(absent('late'), NOW)).toBe(60);
    expect(minutesLate(absent('expected'), NOW)).toBeNull();
    expect(minutesLate(file({ due_at: null }), NOW)).toBeNull();
  });

  it('is somebody’s to see to when it waits, failed, is missing or left rows behind', () => {
    const to = [
      file({ state: 'waiting' }),
      file({ state: 'failed' }),
      absent('missing'),
      absent('late'),
      file({ rejected: 1 }),
    ];
    expect(to.map(needsSomebody)).toEqual([true, true, true, true, true]);
    const calm = [file(), absent('expected'), absent('kept'), absent('unplanned')];
    expect(calm.map(needsSomebody)).toEqual([false, false, false, false]);
  });

  it('is compared in percent, with nothing where there is nothing', () => {
    expect([against(99, 90), against(3, 20_100), against(0, 0), against(null, 5), against(5, null)]).toEqual([
      10,
      (100 * (3 - 20_100)) / 20_100,
      null,
      null,
      null,
    ]);
  });

  it('says of which days it is where they are others than the night’s, or that nothing says it', () => {
    expect(daysOf(file(), '2026-03-17')).toBeNull();
    expect(daysOf(absent('late'), '2026-03-17')).toBeNull();
    expect(daysOf(file({ first_date: '2026-03-16' }), '2026-03-17')).toEqual({
      first: '2026-03-16',
      last: '2026-03-17',
    });
    expect(daysOf(file({ first_date: null, last_date: null }), '2026-03-17')).toBe('unsaid');
  });

  it('stands on the band, or at its end', () => {
    expect(onBand(file())).toEqual({ from: 25, to: 75, usual: 50, rows: 50 });
    expect(onBand(file({ rows: 3 }))?.rows).toBe(0);
    expect(onBand(file({ rows: 1e9 }))?.rows).toBe(100);
    expect(onBand(file({ band: [100, 100], rows: 100 }))).toEqual({ from: 50, to: 50, usual: 50, rows: 50 });
    expect(onBand(file({ band: null, usual: null }))).toBeNull();
  });
});

describe('a night', () => {
  it('counts what is planned, what came, late or not, what failed and what has not come', () => {
    const files = [
      file(),
      file({ state: 'failed', arrived_at: '2026-03-17T11:44:00Z' }),
      file({ arrived_at: '2026-03-17T11:44:00Z' }),
      file({ state: 'waiting' }),
      absent('late'),
      absent('missing'),
      { ...absent('unplanned'), due_at: null },
    ];
    expect(factsOf(night(files), NOW)).toEqual({ came: 3, planned: 6, late: 1, missing: 2, waiting: 1, failed: 1 });
  });

  it('is also about the files of other days that came in it and failed or wait, which nobody planned', () => {
    const others = [file({ state: 'failed', due_at: null }), file({ state: 'waiting', due_at: null })];
    const found = { ...night([file()]), others };
    expect(factsOf(found, NOW)).toEqual({ came: 1, planned: 1, late: 0, missing: 0, waiting: 1, failed: 1 });
    expect(todoOf(found)).toEqual(others);
  });

  it('takes what the steps that are not done usually take, when that is known', () => {
    const step = { key: 'a', labels: { zh: '一', en: 'a' }, started_at: null, finished_at: null };
    const done = { ...step, state: 'done' as const, usual: 5 };
    const open = { ...step, state: 'waiting' as const, usual: 30 };
    expect(secondsLeft(night([], [done, open, open]))).toBe(60);
    expect(secondsLeft(night([], [open, { ...open, usual: null }]))).toBeNull();
    expect(secondsLeft(night([], [done]))).toBeNull();
  });

  it('stopped where a step ended in its midst, unless it goes on again', () => {
    const step = { key: 'a', labels: { zh: '一', en: 'a' }, started_at: null, finished_at: null, usual: null };
    const stopped = { ...step, state: 'stopped' as const };
    expect(stoppedAt(night([], [stopped]))?.key).toBe('a');
    expect(stoppedAt(night([], [stopped, { ...step, state: 'running' }]))).toBeUndefined();
    expect(stoppedAt(night([]))).toBeUndefined();
  });
});
