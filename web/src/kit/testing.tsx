/** What tests of parts need around them: a window, providers, addresses, and a server that answers what a test says. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, render } from '@testing-library/react';
import { App, ConfigProvider } from 'antd';
import type { ReactElement } from 'react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { vi } from 'vitest';
import { startI18n } from './i18n';

export type Asked = { method: string; path: string; body: unknown };
/** By method and address without what all of them begin with: "POST /audiences". A status in front of the body is no success. */
export type Answers = Record<string, unknown | ((asked: Asked) => unknown)>;

/** An answer that is not a success, as the server gives it. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly body: Record<string, unknown> = {},
  ) {}
}

// A machine may be busy: what is waited for comes, or the test ends.
configure({ asyncUtilTimeout: 10_000 });

const BASE_PARTS = 3;
const nothing = () => undefined;

/** A window as wide as a desk: jsdom lacks what measures and watches. */
export function furnishWindow(): void {
  window.matchMedia = (media) =>
    ({ media, matches: false, addEventListener: nothing, removeEventListener: nothing }) as unknown as MediaQueryList;
  window.scrollTo = nothing;
  Element.prototype.scrollIntoView = nothing;
  globalThis.ResizeObserver = class {
    observe = nothing;
    unobserve = nothing;
    disconnect = nothing;
  };
  vi.stubGlobal('CSS', { escape: (text: string) => text });
}

function answered(found: unknown): Response {
  const refused = found instanceof Refusal;
  const body = JSON.stringify(refused ? found.body : found);
  return new Response(body, { status: refused ? found.status : 200, headers: { 'X-Request-Id': 'R1' } });
}

/** Answers requests; what was asked for is returned, in order. What no test has an answer for is not found. */
export function serve(answers: Answers): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', (url: string, given: RequestInit) => {
    const path = `/${new URL(url, 'http://test').pathname.split('/').slice(BASE_PARTS).join('/')}`;
    const body: unknown = typeof given.body === 'string' ? JSON.parse(given.body) : undefined;
    const one = { method: given.method ?? 'GET', path, body };
    asked.push(one);
    const found = answers[`${one.method} ${path}`] ?? new Refusal(404, { code: 'not_found', message: '' });
    const answer: unknown = typeof found === 'function' ? (found as (asked: Asked) => unknown)(one) : found;
    return Promise.resolve(answered(answer));
  });
  return asked;
}

/**
 * Draws an element at an address, in Chinese, with nothing of an earlier test. `path` names the places of the address,
 * `known` is what the shell has read before the page is drawn: who is signed in.
 */
export function draw(element: ReactElement, at = '/', path = '*', known: Record<string, unknown> = {}) {
  cleanup();
  furnishWindow();
  localStorage.clear();
  startI18n();
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  for (const [key, value] of Object.entries(known)) client.setQueryData([key], value);
  const router = createMemoryRouter(
    [
      { path, element },
      { path: '*', element: <p data-testid="elsewhere" /> },
    ],
    { initialEntries: [at] },
  );
  render(
    <ConfigProvider theme={{ token: { motion: false } }} button={{ autoInsertSpace: false }}>
      <QueryClientProvider client={client}>
        <App>
          <RouterProvider router={router} />
        </App>
      </QueryClientProvider>
    </ConfigProvider>,
  );
  return { client, router };
}
