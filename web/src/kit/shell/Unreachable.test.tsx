// @vitest-environment jsdom
import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '../../api/client';
import { newQueryClient } from '../../api/patience';
import { draw, Refusal, serve, type Asked } from '../testing';
import { Unreachable } from './Unreachable';

const AWAY = new Refusal(503, { code: 'database.away', message: '数据库暂不可用' });
let healthy: (asked: Asked) => boolean;
let asked: Asked[];

/** One block of a page, as any reads. */
function Block({ name }: { name: string }) {
  const { data } = useQuery({ queryKey: [name], queryFn: () => api.get('/pages/{key}', { path: { key: name } }) });
  return <p>{data ? `${name}:${String(data)}` : ''}</p>;
}

function open(...names: string[]) {
  const page = { answers: 0 };
  const answer = (one: Asked) => (healthy(one) ? (page.answers += 1) : AWAY);
  asked = serve(
    Object.fromEntries(['session', ...names.map((name) => `pages/${name}`)].map((at) => [`GET /${at}`, answer])),
  );
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', async (url: string, given: RequestInit) => {
    await new Promise((done) => setTimeout(done, 20 + 15 * (asked.length % 5))); // never all at once
    return fetch(url, given);
  });
  draw(
    <QueryClientProvider client={newQueryClient()}>
      <Unreachable />
      {names.map((name) => (
        <Block key={name} name={name} />
      ))}
    </QueryClientProvider>,
  );
}

/** Time goes by in steps, after each of which the page is drawn. */
async function pass(seconds: number) {
  for (let step = 0; step < seconds * 10; step += 1) await act(() => vi.advanceTimersByTimeAsync(100));
}
async function fail() {
  void api.get('/session').catch(() => undefined);
  await pass(0.2);
}
const banner = () => screen.queryByTestId('unreachable');
const times = (path: string) => asked.filter((one) => one.path === path).length;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('while the server is away', () => {
  it('is asked ever more rarely, and what failed is asked again when it has answered three times in a row', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const away = new Set(['/pages/b', '/session']);
    healthy = ({ path }) => !away.has(path);
    open('a', 'b');
    await pass(1);
    expect(banner()).not.toBeNull();
    await pass(123); // waits of 2, 4, 8, 16, 30, 30 and 30 seconds
    expect(times('/session')).toBe(7);
    expect([times('/pages/a'), times('/pages/b')]).toEqual([1, 3]);
    away.clear();
    while (times('/session') < 9) await pass(0.1);
    await pass(0.5);
    expect([times('/session'), banner() === null]).toEqual([9, false]);
    await pass(1);
    expect([times('/session'), banner()]).toEqual([10, null]);
    expect([times('/pages/a'), times('/pages/b')]).toEqual([1, 4]);
  });
  it('is not stormed when it answers every second time only', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    let seed = 7;
    healthy = () => (seed = (seed * 16_807) % 2_147_483_647) % 2 === 0;
    open('a', 'b', 'c', 'd', 'e', 'f');
    await pass(5);
    expect(asked.length).toBeLessThan(20);
    await pass(295);
    expect(asked.length).toBeLessThan(60);
  });
  it('is asked at once by a click, and begins with short waits again after a minute of calm', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    let there = false;
    healthy = () => there;
    open('a');
    await pass(60);
    there = true;
    const before = times('/session');
    screen.getByRole('button').click();
    await pass(3);
    expect([times('/session') - before, banner()]).toEqual([3, null]);
    await pass(61);
    there = false;
    await fail();
    const again = times('/session');
    await pass(2.2);
    expect(times('/session') - again).toBe(1);
  });
  it('speaks of earlier data only where there is some', async () => {
    healthy = ({ path }) => path === '/pages/a';
    open('a', 'b');
    await pass(1);
    expect(banner()?.textContent).toContain('有内容还没有读到');
    cleanup();
    healthy = ({ path }) => path === '/pages/a';
    open('a');
    await pass(1);
    await fail();
    expect(banner()?.textContent).toContain('页面上是之前的数据');
  });
});
