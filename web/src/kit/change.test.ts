import { describe, expect, it, vi } from 'vitest';
import { passOnce, type Gate } from './change';

describe('a change', () => {
  it('is made once by a double click, and again when the first is long done', async () => {
    vi.useFakeTimers();
    const gate: Gate<number> = { current: null };
    const run = vi.fn(() => Promise.resolve(run.mock.calls.length));
    const answers = [passOnce(gate, run), passOnce(gate, run)];
    await vi.advanceTimersByTimeAsync(100);
    answers.push(passOnce(gate, run));
    expect(await Promise.all(answers)).toEqual([1, 1, 1]);
    await vi.advanceTimersByTimeAsync(500);
    expect(await passOnce(gate, run)).toBe(2);
    vi.useRealTimers();
  });

  it('that was filled in otherwise is made, however soon it comes after the one before', async () => {
    const gate: Gate<number> = { current: null };
    const run = vi.fn(() => Promise.resolve(run.mock.calls.length));
    expect(await passOnce(gate, run, { name: 'a' })).toBe(1);
    expect(await passOnce(gate, run, { name: 'a' })).toBe(1);
    expect(await passOnce(gate, run, { name: 'b' })).toBe(2);
    expect(await passOnce(gate, run, 'pause')).toBe(2);
  });

  it('of one act does not follow another under a double click', async () => {
    const gate: Gate<number> = { current: null };
    const run = vi.fn(() => Promise.resolve(run.mock.calls.length));
    expect(await passOnce(gate, run, 'pause')).toBe(1);
    expect(await passOnce(gate, run, 'resume')).toBe(1);
  });

  it('may be tried again as soon as it failed', async () => {
    const gate: Gate<number> = { current: null };
    const run = vi.fn(() => Promise.reject<number>(new Error('no')));
    await expect(passOnce(gate, run)).rejects.toThrow('no');
    await expect(passOnce(gate, run)).rejects.toThrow('no');
    expect(run).toHaveBeenCalledTimes(2);
  });
});

const sources = import.meta.glob<string>(
  ['../**/*.ts', '../**/*.tsx', '!../**/*.test.ts', '!./change.ts', '!../api/**'],
  { query: '?raw', import: 'default', eager: true },
);

/** Where a text asks the server for a change past the gate: not as the function of a change or of a question. */
function pastTheGate(text: string): string[] {
  const asked = [...text.matchAll(/\b(?:api\.(?:post|patch|delete)|download\.\w+)\(/g)];
  const loose = asked.filter(
    ({ index }) => !/\b(?:mutationFn|queryFn):/.test(text.slice(Math.max(0, index - 500), index)),
  );
  return [...(text.match(/\buseMutation\b/g) ?? []), ...loose.map(({ 0: call }) => call)];
}

describe('every change goes through the gate', () => {
  it('and what does not is found', () => {
    expect(pastTheGate("import { useMutation } from '@tanstack/react-query';")).toEqual(['useMutation']);
    expect(pastTheGate("onOk: () => api.delete('/campaigns/{uid}')")).toEqual(['api.delete(']);
    expect(pastTheGate("useChange({ mutationFn: () => api.post('/work') })")).toEqual([]);
  });

  it('in every room, block and part of the kit', () => {
    expect(Object.keys(sources).length).toBeGreaterThan(100);
    const found = Object.entries(sources).map(([name, text]) => [name, pastTheGate(text)] as const);
    expect(Object.fromEntries(found.filter(([, calls]) => calls.length > 0))).toEqual({});
  });
});
