import { afterEach, describe, expect, it, vi } from 'vitest';
import * as clock from './clock';

afterEach(() => {
  vi.useRealTimers();
  clock.setServerNow(new Date().toISOString());
});

describe('the clock of the product', () => {
  it('follows the server and moves on with the browser', () => {
    vi.useFakeTimers({ now: new Date('2026-11-22T20:00:00Z') });
    clock.setServerNow('2026-03-17T23:30:00Z');
    vi.advanceTimersByTime(60_000);
    expect(new Date(clock.now()).toISOString()).toBe('2026-03-17T23:31:00.000Z');
    expect(clock.today()).toBe('2026-03-18');
  });

  it('keeps what it knows when the server says nothing readable', () => {
    vi.useFakeTimers({ now: new Date('2026-11-22T20:00:00Z') });
    clock.setServerNow('2026-03-17T10:00:00Z');
    clock.setServerNow('');
    expect(clock.today()).toBe('2026-03-17');
  });
});

describe('the wall clock of Shanghai', () => {
  it('turns an instant into what it shows and back', () => {
    expect(clock.wallOf('2026-03-17T16:30:00Z')).toBe('2026-03-18T00:30:00');
    expect(clock.instantOf('2026-03-18T00:30:00')).toBe('2026-03-17T16:30:00.000Z');
    expect(clock.wallOf('nothing')).toBeNull();
  });

  it('has an hour that other zones skip in spring', () => {
    expect(clock.wallOf(clock.instantOf('2026-03-08T02:30:00'))).toBe('2026-03-08T02:30:00');
  });

  it('counts days on the calendar', () => {
    expect(clock.daysBetween('2026-03-18', '2026-03-20')).toBe(2);
    expect(clock.daysBetween('2026-03-20', '2026-02-28')).toBe(-20);
  });
});
