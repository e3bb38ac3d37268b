// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { draw } from '../testing';
import { SearchDialog } from './SearchDialog';

let open: Record<string, (groups: unknown[]) => void>;

beforeEach(() => {
  open = {};
  vi.stubGlobal('fetch', (url: string) => {
    const q = new URL(url, 'http://test').searchParams.get('q') ?? '';
    return new Promise<Response>((answer) => {
      open[q] = (groups) => answer(new Response(JSON.stringify({ groups }), { headers: { 'X-Request-Id': 'R1' } }));
    });
  });
});

const hit = (title: string, more: object = {}) => ({ title, subtitle: '', path: `/found/${title}`, by: null, ...more });
const party = (...items: object[]) => ({
  key: 'party',
  labels: { zh: '客户', en: 'Customers' },
  items,
  path: '/records/party?tab=all',
});
const asked = (q: string) => vi.waitFor(() => expect(open[q]).toBeDefined(), { timeout: 10_000 });
const answer = (q: string, ...groups: unknown[]) => act(async () => Promise.resolve(open[q]?.(groups)));
const start = () => draw(<SearchDialog open onClose={() => undefined} />).router;
const box = () => screen.getByTestId('search-input');

describe('the search of everything', () => {
  it('opens by Enter what the text that stands there finds, never what an earlier one found', async () => {
    const router = start();
    await userEvent.type(box(), '王强');
    await asked('王强');
    await answer('王强', party(hit('王强')));
    await screen.findByTestId('search-result');
    await userEvent.type(box(), '二{Enter}');
    expect(router.state.location.pathname).toBe('/');
    await asked('王强二');
    await answer('王强二', party(hit('王强二')));
    await vi.waitFor(() => expect(decodeURI(router.state.location.pathname)).toBe('/found/王强二'));
  });

  it('says why something was found, and leads to all of it with the same text and no number in the address', async () => {
    const router = start();
    await userEvent.type(box(), '0008');
    await asked('0008');
    const by = { labels: { zh: '手机', en: 'Mobile' }, value: '101****0008', tail: true };
    await answer('0008', party(hit('孙*', { by, subtitle: '白金  云岭人民路营业部  赵强' })));
    expect((await screen.findByTestId('search-by')).textContent).toBe('手机尾号 101****0008');
    await userEvent.click(screen.getByTestId('search-all'));
    const { pathname, search, state } = router.state.location;
    expect([pathname, search, state]).toEqual(['/records/party', '?tab=all', { asks: '0008' }]);
  });
});
