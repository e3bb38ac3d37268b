// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { App, ConfigProvider } from 'antd';
import { createMemoryRouter, Link, Outlet, RouterProvider, useLocation } from 'react-router';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FieldMeta, ObjectMeta, RecordRow } from '../../api';
import { startI18n } from '../../kit/i18n';
import { RecordListPage } from './RecordListPage';

const NAMES: FieldMeta = {
  key: 'name',
  labels: { zh: '姓名', en: 'Name' },
  type: 'text',
  kind: 'field',
  role: null,
  web: 'text',
  format: 'text',
  help: null,
  currency: null,
  sortable: true,
  asked: 'text',
  unit: null,
  target: null,
  owner: 'source',
  options: [],
  required: false,
  readonly: false,
  masked: false,
  refused: false,
  unmaskable: false,
} as FieldMeta;
const LEVELS = [
  { key: 'C3', labels: { zh: '稳健', en: 'C3' }, status: null },
  { key: 'C4', labels: { zh: '积极', en: 'C4' }, status: null },
];
const FIELDS: FieldMeta[] = [
  NAMES,
  { ...NAMES, key: 'level', labels: { zh: '风险等级', en: 'Level' }, web: 'choice', options: LEVELS },
  { ...NAMES, key: 'asset', labels: { zh: '总资产', en: 'Assets' }, web: 'money', currency: 'CNY', format: 'money' },
  { ...NAMES, key: 'note', labels: { zh: '备注', en: 'Note' }, owner: 'desk' },
  { ...NAMES, key: 'open', labels: { zh: '投诉中', en: 'Open' }, owner: 'desk', web: 'boolean' },
  { ...NAMES, key: 'until', labels: { zh: '结束日期', en: 'Until' }, owner: 'desk', web: 'date', format: 'date' },
  { ...NAMES, key: 'limit', labels: { zh: '额度', en: 'Limit' }, owner: 'desk', web: 'money', currency: 'CNY' },
  { ...NAMES, key: 'age', labels: { zh: '年龄', en: 'Age' }, owner: 'desk', web: 'integer' },
];
const META = {
  key: 'party',
  role: 'party',
  labels: { zh: '客户', en: 'Customer' },
  version: 1,
  display: ['name'],
  fields: FIELDS,
  beyond: [
    {
      reference: 'adviser',
      labels: { zh: '顾问', en: 'Adviser' },
      fields: [{ ...NAMES, key: 'adviser.name', labels: { zh: '顾问 · 姓名', en: 'Adviser · Name' } }],
    },
  ],
  refinements: [],
  list: {
    columns: ['name', 'level', 'asset', 'note', 'open', 'until', 'age'],
    sort: { field: 'asset', direction: 'desc' },
    tabs: [],
    searchable: true,
  },
  detail: { sections: [] },
  form: { fields: ['name', 'level', 'asset', 'note', 'open', 'until', 'limit', 'age'] },
  page: null,
  operations: ['update', 'export'],
} as ObjectMeta;

const row = (n: number, level: string, asset: string, note = ''): RecordRow => ({
  uid: `p${n}`,
  display: `客户${n}`,
  revision: n,
  values: { name: `客户${n}`, level, asset, note, open: null, until: '2026-12-31', limit: null, age: 40 },
  refused: [],
  from_source: true,
});
const ROWS = [row(1, 'C3', '10000.10', '老客户'), row(2, 'C4', '20000.20'), row(3, 'C3', '0.05')];

/** The whole list, of which the page shows a part. */
const GROUPS = {
  groups: [
    { value: 'C3', count: 70, sums: { asset: [{ amount: '990000.00', currency: 'CNY' }] } },
    { value: 'C4', count: 9, sums: { asset: [{ amount: '20000.20', currency: null }] } },
  ],
  others: null,
  total: { count: 79, sums: {} },
  as_of: { records: '2026-03-18T02:00:00Z', warehouse: null },
};

type Sent = { method: string; path: string; body: Record<string, unknown> };
type Answer = { status?: number; body: unknown; after?: Promise<void> };
let sent: Sent[];
let answers: (asked: Sent) => Answer | undefined;

const usual = ({ path, body }: Sent): unknown => {
  if (path === '/me') return { employee_no: 'E1', operations: [] };
  if (path === '/meta/objects/party') return META;
  if (path.endsWith('/count')) return { count: 3, approximate: false };
  if (path.endsWith('/query'))
    return {
      rows: ROWS,
      next_cursor: null,
      previous_cursor: null,
      as_of: { records: '2026-03-18T02:00:00Z', warehouse: null },
    };
  if (path.endsWith('/groups')) return GROUPS;
  if (path === '/gate/foreseen') {
    const refused = body.channel === 'email' ? 1 : 0;
    const reasons = refused ? [{ code: 'no_consent', labels: { zh: '未授权邮件', en: 'no' }, count: 1 }] : [];
    return { asked: (body.parties as string[]).length, refused, reasons, as_of: '2026-03-18T02:00:00Z' };
  }
  throw new Error(`nobody answers ${path}`);
};

// What is drawn without a window is drawn slowly; how long it takes says nothing.
vi.setConfig({ testTimeout: 60_000 });
configure({ asyncUtilTimeout: 20_000 });

beforeAll(() => {
  startI18n();
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.stubGlobal('CSS', { escape: (text: string) => text });
  vi.stubGlobal('matchMedia', () => ({
    matches: false,
    addEventListener() {},
    removeEventListener() {},
    addListener() {},
    removeListener() {},
  }));
});
beforeEach(() => {
  sent = [];
  answers = () => undefined;
  localStorage.clear();
  vi.stubGlobal('fetch', (url: string, options: { method: string; body?: string }) => {
    const asked = {
      method: options.method,
      path: url.replace('/api/v1', ''),
      body: JSON.parse(options.body ?? '{}') as Record<string, unknown>,
    };
    sent.push(asked);
    const own = answers(asked);
    const [status, body] = own ? [own.status ?? 200, own.body] : [200, usual(asked)];
    const answer = new Response(JSON.stringify(body), { status, headers: { 'X-Request-Id': 'r-7' } });
    return (own?.after ?? Promise.resolve()).then(() => answer);
  });
});
afterEach(cleanup);

function Address() {
  const { pathname, search } = useLocation();
  return <output data-testid="address">{decodeURIComponent(pathname + search)}</output>;
}

function Framed() {
  return (
    <>
      <Link to="/records/party" data-testid="menu">
        客户
      </Link>
      <Outlet />
      <Address />
    </>
  );
}

async function open(search = '') {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(['me'], { employee_no: 'E1', operations: [] });
  const children = [
    { path: '/records/:object', element: <RecordListPage /> },
    { path: '*', element: null },
  ];
  const router = createMemoryRouter([{ element: <Framed />, children }], {
    initialEntries: [`/records/party${search}`],
  });
  render(
    <QueryClientProvider client={client}>
      <ConfigProvider theme={{ token: { motion: false } }}>
        <App>
          <RouterProvider router={router} />
        </App>
      </ConfigProvider>
    </QueryClientProvider>,
  );
  return userEvent.setup({ delay: null, pointerEventsCheck: 0 });
}

const rows = () => screen.findAllByTestId('row');
const line = async (n: number) => (await rows())[n - 1] as HTMLElement;
const cell = async (n: number, key: string) => (await line(n)).querySelector(`td[data-column="${key}"]`) as HTMLElement;
const address = () => screen.getByTestId('address').textContent;
const patches = () => sent.filter((one) => one.method === 'PATCH').map((one) => one.body);

describe('a list of records', () => {
  it('says that it is being read, and shows its rows', async () => {
    await open();
    expect(screen.queryAllByTestId('row')).toEqual([]);
    expect((await rows()).map((one) => one.dataset.uid)).toEqual(['p1', 'p2', 'p3']);
    expect(screen.queryByTestId('chosen-bar')).toBeNull();
  });
  it('says that there is none, and what failed with its request number', async () => {
    answers = ({ path }) =>
      path.endsWith('/query')
        ? {
            body: {
              rows: [],
              next_cursor: null,
              previous_cursor: null,
              as_of: { records: '2026-03-18T02:00:00Z', warehouse: null },
            },
          }
        : undefined;
    await open();
    expect((await screen.findByTestId('state-empty')).textContent).toContain('还没有客户');
    cleanup();
    answers = ({ path }) =>
      path.endsWith('/query') ? { status: 500, body: { code: 'internal', message: '服务器出错' } } : undefined;
    await open();
    expect(await screen.findByText(/r-7/)).toBeTruthy();
    expect(screen.queryAllByTestId('row')).toEqual([]);
  });
});

describe('columns of a list', () => {
  it('are fields of the records that its own point at, too, under their name', async () => {
    const user = await open();
    await user.click(await screen.findByTestId('columns'));
    expect((await screen.findByTestId('beyond-adviser')).textContent).toBe('顾问的属性');
    await user.click(screen.getByRole('checkbox', { name: '顾问 · 姓名' }));
    await user.click(screen.getByTestId('columns-apply'));
    await waitFor(() => expect(address()).toContain('columns=name,level,asset,note,open,until,age,adviser.name'));
    const asked = sent.filter((one) => one.path.endsWith('/query')).at(-1)?.body;
    expect(asked?.columns).toContain('adviser.name');
    expect(screen.getByTestId('sort-adviser.name').textContent).toBe('顾问 · 姓名');
  });
});

describe('chosen records', () => {
  it('are counted, added up exactly, and asked about at the gate; Escape leaves none', async () => {
    const user = await open();
    await user.click(within(await line(1)).getByRole('checkbox'));
    await user.click(within(await line(3)).getByRole('checkbox'));
    expect(screen.getByTestId('chosen').textContent).toBe('已选 2 条');
    expect(screen.getByTestId('chosen-sum').textContent).toBe('总资产合计 1.00万');
    const refused = await screen.findByTestId('chosen-refused');
    await waitFor(() => expect(refused.textContent).toContain('邮件触达将拦截 1 户电话触达将拦截 0 户'));
    expect(within(refused).getByTitle('未授权邮件 1')).toBeTruthy();
    await waitFor(() =>
      expect(sent.filter((one) => one.path === '/gate/foreseen').map((one) => one.body)).toContainEqual({
        channel: 'email',
        parties: ['p1', 'p3'],
      }),
    );
    await user.keyboard('{Escape}');
    expect(screen.queryByTestId('chosen-bar')).toBeNull();
  });
  it('are added up as of one day: those read on another are asked for again', async () => {
    const paged = (day: string, rows: RecordRow[], more: object) => ({
      body: { rows, next_cursor: null, previous_cursor: null, as_of: { records: day, warehouse: day }, ...more },
    });
    let asked: unknown;
    let answer: (() => void) | undefined;
    const again = new Promise<void>((done) => (answer = done));
    answers = ({ path, body }) => {
      if (!path.endsWith('/query')) return undefined;
      if (body.cursor) return paged('2026-03-18', [row(4, 'C4', '5.00')], {});
      if (!body.uids) return paged('2026-03-17', [row(1, 'C3', '10.00')], { next_cursor: 'n' });
      asked = body;
      return { ...paged('2026-03-18', [row(4, 'C4', '5.00'), row(1, 'C3', '20.00')], {}), after: again };
    };
    const user = await open();
    await user.click(within(await line(1)).getByRole('checkbox'));
    expect(screen.getByTestId('chosen-sum').textContent).toBe('总资产合计 10.00元');
    await user.click(screen.getByTestId('page-next'));
    await waitFor(async () => expect((await line(1)).dataset.uid).toBe('p4'));
    expect(screen.getByTestId('chosen-sum').textContent).toBe('总资产合计 10.00元');
    await user.click(within(await line(1)).getByRole('checkbox'));
    expect(screen.getByTestId('chosen').textContent).toBe('已选 2 条');
    expect(screen.queryByTestId('chosen-sum')).toBeNull();
    answer?.();
    expect((await screen.findByTestId('chosen-sum')).textContent).toBe('总资产合计 25.00元');
    expect(asked).toEqual({ uids: ['p1', 'p4'], columns: META.list.columns, limit: 200 });
  });
  it('fill the box of the head when all of the page are, and half of it when some are', async () => {
    const user = await open();
    const half = () => document.querySelector('thead .ant-checkbox-indeterminate');
    const head = screen.findByTestId<HTMLInputElement>('choose-shown');
    await user.click(within(await line(1)).getByRole('checkbox'));
    expect([half() !== null, (await head).checked]).toEqual([true, false]);
    await user.click(await head);
    expect([half() !== null, (await head).checked]).toEqual([false, true]);
  });
  it('are exported alone', async () => {
    answers = ({ path }) =>
      path.endsWith('/export') ? { status: 422, body: { code: 'x', message: '不行' } } : undefined;
    const user = await open();
    await user.click(within(await line(2)).getByRole('checkbox'));
    await user.click(screen.getByTestId('export-chosen'));
    await waitFor(() =>
      expect(sent.find((one) => one.path.endsWith('/export'))?.body).toEqual({
        uids: ['p2'],
        columns: META.list.columns,
      }),
    );
  });
  it('say nothing of the gate to whoever may not know', async () => {
    answers = ({ path }) =>
      path === '/gate/foreseen' ? { status: 403, body: { code: 'refused', message: '无权限' } } : undefined;
    const user = await open();
    await user.click(within(await line(2)).getByRole('checkbox'));
    await waitFor(() => expect(sent.filter((one) => one.path === '/gate/foreseen')).toHaveLength(2));
    expect(screen.queryByTestId('chosen-refused')).toBeNull();
    expect(screen.getByTestId('chosen').textContent).toBe('已选 1 条');
  });
});

describe('rows in groups', () => {
  it('stand in the address with the groups that are closed; their heads add up the whole list', async () => {
    const user = await open('?group=level&closed=C4');
    const heads = async () => (await screen.findAllByTestId('group')).map((head) => head.textContent);
    await waitFor(async () =>
      expect(await heads()).toEqual(['稳健70 条总资产合计 99.00万', '积极9 条总资产合计 2.00万']),
    );
    const asked = sent.find((one) => one.path.endsWith('/groups'))?.body;
    expect(asked).toMatchObject({ by: 'level', sums: ['asset'] });
    expect((await rows()).map((one) => one.dataset.uid)).toEqual(['p1', 'p3']);
    await user.click(within(screen.getAllByTestId('group')[0] as HTMLElement).getByRole('button'));
    expect(screen.queryAllByTestId('row')).toEqual([]);
    await waitFor(() => expect(address()).toBe('/records/party?group=level&closed=C4&closed=C3'));
  });
  it('say why one of the smallest of very many has no numbers', async () => {
    answers = ({ path }) =>
      path.endsWith('/groups')
        ? { body: { ...GROUPS, groups: GROUPS.groups.slice(0, 1), others: { count: 9, sums: {} } } }
        : undefined;
    await open('?group=level');
    await screen.findByText('70 条');
    expect((await screen.findAllByTestId('group')).map((head) => head.textContent)).toEqual([
      '稳健70 条总资产合计 99.00万',
      '积极未统计（仅统计最大的 1 组）',
    ]);
  });
  it('say nothing of how many they are where nobody knows', async () => {
    answers = ({ path }) =>
      path.endsWith('/groups') ? { status: 422, body: { code: 'too_costly', message: '太费时' } } : undefined;
    await open('?group=level');
    await waitFor(() => expect(sent.some((one) => one.path.endsWith('/groups'))).toBe(true));
    expect((await screen.findAllByTestId('group')).map((head) => head.textContent)).toEqual(['稳健', '积极']);
  });
});

describe('a cell changed where it stands', () => {
  const saved = (revision: number, note: string) => ({
    ...ROWS[0],
    revision,
    values: { ...ROWS[0]?.values, note },
    permitted: ['update'],
  });
  const saving: typeof answers = ({ method, path, body }) =>
    method === 'PATCH' ? { body: { ...saved(Number(body.revision) + 1, '老客户'), uid: path.slice(-2) } } : undefined;

  it('is saved by Enter on top of the row’s revision, and undone on top of what that made', async () => {
    answers = ({ method, body }) =>
      method === 'PATCH'
        ? { body: saved(Number(body.revision) + 1, String((body.values as { note: string }).note)) }
        : undefined;
    const user = await open();
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('大客户{Enter}');
    await waitFor(async () => expect((await cell(1, 'note')).textContent).toBe('大客户'));
    await user.click(await screen.findByTestId('cell-undo'));
    await waitFor(async () => expect((await cell(1, 'note')).textContent).toBe('老客户'));
    expect(patches()).toEqual([
      { revision: 1, values: { note: '大客户' } },
      { revision: 2, values: { note: '老客户' } },
    ]);
    expect(address()).toBe('/records/party');
  });
  it('is empty again when it was empty before the change', async () => {
    answers = saving;
    const user = await open();
    await user.dblClick(await cell(2, 'open'));
    await user.click(screen.getByTestId('cell-open'));
    await user.keyboard('{Enter}');
    await user.click(await screen.findByTestId('cell-undo'));
    await waitFor(() => expect(patches().map((one) => one.values)).toEqual([{ open: true }, { open: null }]));
  });
  it('is set to no where it had neither: the box says that there is nothing, then yes, then no', async () => {
    answers = saving;
    const user = await open();
    await user.dblClick(await cell(2, 'open'));
    const box = () => screen.getByTestId<HTMLInputElement>('cell-open');
    expect((await cell(2, 'open')).querySelector('.ant-checkbox-indeterminate')).not.toBeNull();
    await user.click(box());
    expect(box().checked).toBe(true);
    await user.click(box());
    expect(box().checked).toBe(false);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(patches()).toEqual([{ revision: 2, values: { open: false } }]));
  });
  it('saves a day by one Enter, and never another one than stands in it', async () => {
    answers = saving;
    const user = await open();
    const day = () => screen.getByTestId<HTMLInputElement>('cell-until');
    const type = async (text: string) => {
      await user.clear(day());
      await user.type(day(), text);
    };
    await user.dblClick(await cell(1, 'until'));
    for (const wrong of ['2027-13-45', '2027-02-30', '31/12/2026']) {
      await type(wrong);
      await user.keyboard('{Enter}');
      expect((await screen.findByRole('alert')).textContent).toBe(`“${wrong}”不是日期`);
      await user.keyboard('{Enter}');
      expect(day().value).toBe(wrong);
    }
    await type('2027-05-05');
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
    await type('2027-02-30');
    await user.click(screen.getByTestId('cell-save'));
    expect((await screen.findByRole('alert')).textContent).toBe('“2027-02-30”不是日期，已恢复原值');
    expect(patches()).toEqual([]);
    await type('2027-05-05');
    await user.keyboard('{Enter}');
    await waitFor(() => expect(screen.queryByTestId('cell-until')).toBeNull());
    expect(patches()).toEqual([{ revision: 1, values: { until: '2027-05-05' } }]);
  });
  it.each(['{Enter}', '{Escape}'])(
    'takes a day out of the calendar and has the focus and its keys again: %s',
    async (key) => {
      answers = saving;
      const user = await open();
      await user.dblClick(await cell(1, 'until'));
      await user.click(screen.getByTestId('cell-until'));
      const day = await screen.findByTitle('2026-12-10');
      day.closest<HTMLElement>('[tabindex]')?.focus();
      await user.click(day);
      await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('cell-until')));
      await user.keyboard(key);
      await waitFor(() => expect(screen.queryByTestId('cell-until')).toBeNull());
      expect(patches()).toEqual(key === '{Enter}' ? [{ revision: 1, values: { until: '2026-12-10' } }] : []);
    },
  );
  it('reads an amount in the unit of its column, which stands in the box', async () => {
    answers = saving;
    const user = await open('?columns=name,limit');
    expect(await screen.findByText('额度 万')).toBeTruthy();
    await user.dblClick(await cell(1, 'limit'));
    expect((await cell(1, 'limit')).querySelector('.ant-input-affix-wrapper')?.textContent).toBe('万');
    await user.keyboard('50{Enter}');
    await waitFor(() => expect(patches()[0]?.values).toEqual({ limit: { amount: '500000', currency: 'CNY' } }));
  });
  it.each([
    ['limit', '12a'],
    ['age', '12.5'],
    ['age', '十二'],
  ])('is not saved with what is no value: %s %s', async (key, text) => {
    const user = await open('?columns=name,limit,age');
    await user.dblClick(await cell(1, key));
    await user.clear(screen.getByTestId(`cell-${key}`));
    await user.type(screen.getByTestId(`cell-${key}`), text);
    await user.keyboard('{Enter}');
    expect((await screen.findByRole('alert')).textContent).not.toBe('');
    expect(screen.getByTestId(`cell-${key}`)).toHaveProperty('value', text);
    expect(patches()).toEqual([]);
  });
  it('is as it was after Escape, and what was not changed is not sent', async () => {
    const user = await open();
    (await cell(1, 'note')).focus();
    await user.keyboard('{F2}别的{Escape}');
    expect((await cell(1, 'note')).textContent).toBe('老客户');
    expect(await cell(1, 'note')).toBe(document.activeElement);
    await user.keyboard('{F2}{Enter}');
    expect(screen.queryByTestId('cell-note')).toBeNull();
    expect(patches()).toEqual([]);
  });
  it('tells at the cell why it was refused, and keeps what was typed', async () => {
    answers = ({ method }) =>
      method === 'PATCH'
        ? {
            status: 422,
            body: { code: 'invalid', message: '没有保存', findings: [{ code: 'x', message: '备注过长' }] },
          }
        : undefined;
    const user = await open();
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('长{Enter}');
    expect((await screen.findByTestId('cell-refused')).textContent).toContain('备注过长');
    expect(screen.getByTestId('cell-note')).toHaveProperty('value', '长');
  });
  it('goes on from the newer record when somebody else was faster', async () => {
    let revision = 1;
    answers = (asked) => {
      if (asked.method === 'PATCH' && asked.body.revision === 1) {
        revision = 5;
        return { status: 409, body: { code: 'stale_revision', message: '已被修改' } };
      }
      if (asked.method === 'PATCH') return { body: saved(6, '大客户') };
      return asked.path.endsWith('/query')
        ? { body: { ...(usual(asked) as object), rows: [{ ...ROWS[0], revision }] } }
        : undefined;
    };
    const user = await open();
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('大客户{Enter}');
    await user.click(await screen.findByTestId('cell-reload'));
    await waitFor(() => expect(screen.queryByTestId('cell-stale')).toBeNull());
    await user.click(screen.getByTestId('cell-note'));
    await user.keyboard('{Enter}');
    await waitFor(async () => expect((await cell(1, 'note')).textContent).toBe('大客户'));
    expect(patches().map((one) => one.revision)).toEqual([1, 5]);
  });
  it('asks before what was typed is lost: for another cell, another page, another order, the menu', async () => {
    answers = (asked) =>
      asked.path.endsWith('/query') ? { body: { ...(usual(asked) as object), next_cursor: 'n' } } : undefined;
    const user = await open();
    const stay = async () => {
      await user.click(await screen.findByTestId('unsaved-stay'));
      await waitFor(() => expect(screen.queryByTestId('unsaved-stay')).toBeNull());
      expect(screen.getByTestId('cell-note')).toHaveProperty('value', '大客户');
    };
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('大客户');
    await user.dblClick(await cell(2, 'note'));
    await stay();
    await user.click(screen.getByTestId('page-next'));
    await stay();
    await user.click(screen.getByTestId('sort-name'));
    await stay();
    await user.click(screen.getByTestId('menu'));
    await stay();
    expect(address()).toBe('/records/party');
    await user.dblClick(await cell(2, 'note'));
    await user.click(await screen.findByTestId('unsaved-leave'));
    await waitFor(() => expect(screen.getByTestId('cell-note')).toHaveProperty('value', ''));
    expect(patches()).toEqual([]);
  });
  it('has the focus again when somebody stays, by Escape, too', async () => {
    const user = await open();
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('大客户');
    for (const leave of [
      async () => user.dblClick(await cell(2, 'note')),
      () => user.click(screen.getByTestId('menu')),
    ]) {
      await leave();
      await screen.findByTestId('unsaved-stay');
      await user.keyboard('{Escape}');
      await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('cell-note')));
    }
    await user.keyboard('{Enter}');
    await waitFor(() => expect(patches()).toEqual([{ revision: 1, values: { note: '大客户' } }]));
  });
  it('says whose record was changed, and that it is not undone when somebody else was faster', async () => {
    answers = ({ method, body }) => {
      if (method !== 'PATCH') return undefined;
      return body.revision === 1
        ? { body: { ...saved(2, '大客户'), display: 'E00101' } }
        : { status: 409, body: { code: 'stale_revision', message: '已被修改' } };
    };
    const user = await open();
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('大客户{Enter}');
    expect((await screen.findByText(/备注已修改/)).textContent).toBe('客户1：备注已修改 撤销');
    await user.click(screen.getByTestId('cell-undo'));
    expect(await screen.findByText('撤销未成功：记录已被他人修改')).toBeTruthy();
  });
  it('is none of the source’s own, unless the record was made by hand, and none for whoever may not change records', async () => {
    await open();
    expect(await cell(1, 'level')).toBeNull();
    expect(await cell(1, 'note')).not.toBeNull();
    cleanup();
    answers = (asked) =>
      asked.path.endsWith('/query')
        ? { body: { ...(usual(asked) as object), rows: [{ ...ROWS[0], from_source: false }] } }
        : undefined;
    await open();
    expect(await cell(1, 'level')).not.toBeNull();
    cleanup();
    answers = ({ path }) => (path === '/meta/objects/party' ? { body: { ...META, operations: [] } } : undefined);
    await open();
    expect(await cell(1, 'note')).toBeNull();
    expect(screen.queryAllByRole('checkbox')).toHaveLength(4);
  });
});
