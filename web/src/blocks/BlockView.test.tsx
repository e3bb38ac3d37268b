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

const context = { page: 'customer', record: 'R', retry: () => undefined };

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

it('rows that follow bring the columns that only they need', () => {
  const wide = tableOf(['C'], null);
  const [column] = wide.columns;
  wide.columns = [column!, { ...column!, key: 'foreign' }];
  const both = followed(tableOf(['A'], { after: 'x', left: 1 }), wide);
  expect(both.columns.map((one) => one.key)).toEqual(['name', 'foreign']);
  expect(both.rows.map((row) => row.key)).toEqual(['A', 'C']);
  expect(both.total).toEqual({ name: '合计' });
});
