import { afterEach, expect, it, vi } from 'vitest';
import { api, isReachable, onSignInRequired } from './client';

afterEach(() => vi.unstubAllGlobals());

it.each([
  [401, 'sign_in_required', 1],
  [403, 'sign_in_changed', 1],
  [403, 'refused', 0],
])('an answer %i %s asks for a new sign-in or not', async (status, code, times) => {
  vi.stubGlobal('document', { cookie: '' });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ code, message: '' }), { status })));
  const asked = vi.fn();
  const stop = onSignInRequired(asked);
  await expect(api.post('/me/sign-out-everywhere')).rejects.toMatchObject({ code, signedOut: times === 1 });
  expect(asked).toHaveBeenCalledTimes(times);
  stop();
});

it.each([
  ['database.away', false],
  ['contended', true],
])('a 503 %s says whether the server can be reached', async (code, reachable) => {
  vi.stubGlobal('document', { cookie: '' });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ code, message: '' }), { status: 503 })));
  await expect(api.post('/me/sign-out-everywhere')).rejects.toMatchObject({ code });
  expect(isReachable()).toBe(reachable);
});
