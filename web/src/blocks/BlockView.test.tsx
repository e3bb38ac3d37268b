// @vitest-environment jsdom
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Block, TableData } from '../api';
import { followed } from '../api/hooks';
import { draw, Refusal, serve } from '../kit/testing';
import { BlockView } from './BlockView';

/** What watches the screen, by hand: `show` brings everything that is watched into sight. */
let show: () => void;

beforeEach(() => {
  const watched: (() => void)[] = [];
  show = () => watched.splice(0).forEach((one) => one());
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(private readonly told: (entries: { isIntersecting: boolean }[]) => void) {}
      observe = () => watched.push(() => this.told([{ isIntersecting: true }]));
      disconnect = () => undefined;
    },
  );
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const LABELS = { zh: '成交', en: 'Trades' };
const LATER = { key: 'trades', labels: LABELS, as_of: null, state: 'later', kind: 'later' } as const;

const tableOf = (rows: string[], next: TableData['next']): TableData => ({
  columns: [{ key: 'name', labels: LABELS, format: 'text', unit: null, align: 'left', options: [], tone: null }],
  rows: rows.map((name) => ({ key: name, path: null, cells: { name } })),
  rest: [],
  total: rows[0] === 'A' ? { name: '合计' } : null,
  more: null,
  next,
  create: null,
});
const block = (data: TableData): Block => ({
  key: 'trades',
  labels: LABELS,
  as_of: null,
  state: 'ok',
  empty: null,
  kind: 'table',
  data,
});

const context = { asked: { page: 'customer', record: 'R' }, retry: () => undefined };

function drawLater(answer: unknown) {
  const asked = serve({ 'GET /pages/customer': answer });
  draw(<BlockView block={LATER} context={context} />);
  return asked;
}

describe('a block that comes later', () => {
  it('is asked for when it is in sight, not before, and goes on with the rows that follow', async () => {
    const answers = [
      { blocks: { trades: block(tableOf(['A', 'B'], { after: 'x', left: 1 })) } },
      { blocks: { trades: block(tableOf(['C'], null)) } },
    ];
    const asked = drawLater(() => answers.shift());
    await Promise.resolve();
    expect(asked).toEqual([]);

    show();
    await screen.findByText('B');
    expect(screen.getByText('另有 1 条')).toBeTruthy();

    fireEvent.click(screen.getByTestId('more-rows'));
    await screen.findByText('C');
    expect(screen.getAllByTestId('block-row')).toHaveLength(3);
    expect(screen.getByText('合计')).toBeTruthy();
    expect(screen.queryByTestId('more-rows')).toBeNull();
    expect(asked).toHaveLength(2);
  });

  it('is asked for, and gone on with, of the unit that the desk is looked at for', async () => {
    const urls: string[] = [];
    const answers = [
      { blocks: { trades: block(tableOf(['A'], { after: 'x', left: 1 })) } },
      { blocks: { trades: block(tableOf(['B'], null)) } },
    ];
    serve({ 'GET /pages/home': () => answers.shift() });
    const answered = globalThis.fetch;
    vi.stubGlobal('fetch', (url: string, given: RequestInit) => {
      urls.push(new URL(url, 'http://test').search);
      return answered(url, given);
    });
    draw(<BlockView block={LATER} context={{ asked: { page: 'home', unit: 'B001' }, retry: () => undefined }} />);
    show();
    await screen.findByText('A');
    fireEvent.click(screen.getByTestId('more-rows'));
    await screen.findByText('B');
    expect(urls).toEqual(['?unit=B001&block=trades', '?unit=B001&block=trades&after=x']);
  });

  it('says what went wrong in its own place and can be asked for again', async () => {
    const answers = [
      new Refusal(500, { code: 'internal', message: '出错了' }),
      { blocks: { trades: block(tableOf(['A'], null)) } },
    ];
    drawLater(() => answers.shift());
    show();
    fireEvent.click(await screen.findByRole('button', { name: /重试/ }));
    await screen.findByText('A');
  });

  it('that the viewer may not see says so under its name', async () => {
    const refused = { ...LATER, state: 'refused', kind: 'unavailable', error: { code: 'refused', message: '' } };
    drawLater({ blocks: { trades: refused } });
    show();
    await screen.findByText('您没有查看权限：成交');
  });
});

it('a block that tells of everything on the page of one unit says so', () => {
  const shown = block(tableOf(['A'], null));
  draw(<BlockView block={{ ...shown, whole: true } as Block} context={context} />);
  expect(screen.getByText('不分机构')).toBeTruthy();
  cleanup();
  draw(<BlockView block={shown} context={context} />);
  expect(screen.queryByText('不分机构')).toBeNull();
});

it('fields that a source keeps say which file keeps them, and where a correction is asked for', () => {
  const section = { labels: { zh: '身份', en: 'Identity' }, kept: true, fields: [] };
  const source = { labels: { zh: '客户', en: 'customers' }, day: '2026-03-17' };
  const data = { sections: [section], source, corrected: true, object: 'party', uid: 'R', revision: 1, permitted: [] };
  const fields = { ...block(tableOf([], null)), kind: 'fields', data } as Block;
  draw(<BlockView block={fields} context={context} />);
  expect(screen.getByTestId('kept-by').textContent).toContain('由客户文件维护');
  expect(screen.getByTestId('correct').getAttribute('href')).toBe('/records/party/R/correct');
  cleanup();
  draw(<BlockView block={{ ...fields, data: { ...data, corrected: false } } as Block} context={context} />);
  expect(screen.queryByTestId('correct')).toBeNull();
  cleanup();
  const byHand = { ...data, sections: [{ ...section, kept: false }] };
  draw(<BlockView block={{ ...fields, data: byHand } as Block} context={context} />);
  expect(screen.queryByTestId('kept-by')).toBeNull();
});

it('work that a desk does not show is in the list of its unit', () => {
  const data = { items: [], total: 3, path: '/work?unit=B001', create: null };
  const shown = { ...block(tableOf([], null)), kind: 'work', data } as Block;
  draw(<BlockView block={shown} context={context} />);
  expect(screen.getByRole('link', { name: '查看全部' }).getAttribute('href')).toBe('/work?unit=B001');
});

it('rows that follow bring the columns that only they need', () => {
  const wide = tableOf(['C'], null);
  const [column] = wide.columns;
  wide.columns = [column!, { ...column!, key: 'foreign' }];
  const both = followed(tableOf(['A'], { after: 'x', left: 1 }), wide);
  expect(both.columns.map((one) => one.key)).toEqual(['name', 'foreign']);
  expect(both.rows.map((row) => row.key)).toEqual(['A', 'C']);
  expect(both.total).toEqual({ name: '合计' });
});
