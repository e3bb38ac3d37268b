/** What must not compile: each line below is refused by `tsc`, and would itself be a fault if it were not. */
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { addressOf, api } from './client';
import type { CampaignDraft, RecordDetail, WorkPage } from '.';

const never = () => ({
  address: () =>
    // @ts-expect-error there is no such address
    api.get('/object/{object}'),
  method: () =>
    // @ts-expect-error the address has no such method
    api.delete('/users'),
  place: () =>
    // @ts-expect-error the place is called `object`
    api.get('/meta/objects/{object}', { path: { key: 'party' } }),
  placeMissing: () =>
    // @ts-expect-error a place has to be filled in
    api.get('/meta/objects/{object}'),
  parameter: () =>
    // @ts-expect-error there is no such parameter
    api.get('/work', { query: { status: 'open' } }),
  parameterType: () =>
    // @ts-expect-error a revision is a number
    api.delete('/audiences/{uid}', { path: { uid: '1' }, query: { revision: '1' } }),
  body: () =>
    // @ts-expect-error there is no such language
    api.patch('/me', { body: { lang: 'fr' } }),
  bodyField: () =>
    // @ts-expect-error the note is called `note`
    api.post('/work/{uid}/complete', { path: { uid: '1' }, body: { result: 'ok', revision: 1, notes: '' } }),
  bodyMissing: () =>
    // @ts-expect-error a campaign needs a plan
    api.post('/campaigns'),
  bodyOfNone: () =>
    // @ts-expect-error nothing is sent with it
    api.post('/night/run', { body: {} }),
  file: () =>
    // @ts-expect-error a file is sent as a form
    api.post('/loads', { body: { source: 'counter' } }),
  answerField: async () => {
    const me = await api.get('/me');
    // @ts-expect-error who is signed in has no such field
    return me.login;
  },
});

describe('a route', () => {
  it('is bound to what it takes and answers', () => {
    expect(Object.keys(never())).toHaveLength(12);
    expectTypeOf(api.get<'/work'>).returns.resolves.toEqualTypeOf<WorkPage>();
    expectTypeOf(api.post<'/objects/{object}/records'>).returns.resolves.toEqualTypeOf<RecordDetail>();
    expectTypeOf(api.delete<'/audiences/{uid}'>).returns.resolves.toEqualTypeOf<undefined>();
    expectTypeOf(api.post<'/campaigns'>)
      .parameter(1)
      .toHaveProperty('body')
      .toEqualTypeOf<CampaignDraft>();
  });

  it('is asked at its address, with its places filled in and without empty parameters', () => {
    const given = {
      path: { object: 'party', uid: 'a/b?c' },
      query: { q: '王 芳', cursor: null, state: '', exact: false },
    };
    expect(addressOf('/objects/{object}/records/{uid}', given)).toBe(
      '/api/v1/objects/party/records/a%2Fb%3Fc?q=%E7%8E%8B+%E8%8A%B3&exact=false',
    );
  });

  it('sends a form with what is filled in', async () => {
    vi.stubGlobal('document', { cookie: 'csrftoken=t' });
    const asked = vi.fn((_url: string, _init: RequestInit) =>
      Promise.resolve(new Response('{"run": "7"}', { status: 202 })),
    );
    vi.stubGlobal('fetch', asked);
    const answer = await api.post('/loads', {
      form: { source: 'counter', business_date: null, file: new Blob(['a']) },
    });
    const [url, init] = asked.mock.calls[0] ?? [];
    expect([url, init?.method, answer]).toEqual(['/api/v1/loads', 'POST', { run: '7' }]);
    expect(init?.body instanceof FormData && [...init.body.keys()]).toEqual(['source', 'file']);
    vi.unstubAllGlobals();
  });
});
