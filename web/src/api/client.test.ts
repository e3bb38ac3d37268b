import { afterEach, expect, it, vi } from 'vitest';
import { api, auth, download, isReachable, onOtherPerson, onSignInRequired, standFor } from './client';

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

it('says for whom the page stands in every request, and tells whoever listens that it is somebody else', async () => {
  vi.stubGlobal('document', { cookie: '' });
  const sent: (string | undefined)[] = [];
  const refused = { code: 'session.other_person', message: '本浏览器的登录已换人' };
  let answer = () => new Response('{}', { status: 200 });
  vi.stubGlobal('fetch', (_url: string, { headers }: { headers: Record<string, string> }) => {
    sent.push(headers['X-Stands-For']);
    return Promise.resolve(answer());
  });
  const told = vi.fn();
  const stop = onOtherPerson(told);
  await api.get('/session');
  standFor('工号 7');
  await api.get('/me');
  await api.post('/me/sign-out-everywhere');
  await api.post('/loads', { form: {} } as never);
  expect(sent).toEqual([undefined, ...Array<string>(3).fill('%E5%B7%A5%E5%8F%B7%207')]);
  expect(told).not.toHaveBeenCalled();
  answer = () => new Response(JSON.stringify(refused), { status: 409 });
  for (const ask of [
    () => api.get('/me'),
    () => download.post('x.xlsx', '/objects/{object}/export', { path: { object: 'party' }, body: {} }),
    () => auth.logout(),
  ])
    await expect(ask()).rejects.toMatchObject({ otherPerson: true, signedOut: false });
  expect(told).toHaveBeenCalledTimes(3);
  stop();
  standFor('');
});
