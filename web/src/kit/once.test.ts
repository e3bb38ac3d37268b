import { describe, expect, it, vi } from 'vitest';
import { passOnce } from './once';

describe('a call that is made once', () => {
  it('ignores the second click, and runs again when the first is long done', async () => {
    vi.useFakeTimers();
    const shut = { current: false };
    const run = vi.fn(() => Promise.resolve());
    passOnce(shut, run);
    passOnce(shut, run);
    await vi.advanceTimersByTimeAsync(100);
    passOnce(shut, run);
    expect(run).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(500);
    passOnce(shut, run);
    expect(run).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
  });
  it('may be tried again as soon as it failed', async () => {
    const shut = { current: false };
    const run = vi.fn(() => Promise.reject(new Error('no')));
    passOnce(shut, run);
    await Promise.resolve().then(() => undefined);
    passOnce(shut, run);
    expect(run).toHaveBeenCalledTimes(2);
  });
});
