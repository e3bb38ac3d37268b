/** What tests of the list of records share: an object, its rows, a server, and the page drawn at an address. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, configure, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { App, ConfigProvider } from 'antd';
import { createMemoryRouter, Link, Outlet, RouterProvider, useLocation, useNavigate } from 'react-router';
import { afterEach, beforeAll, beforeEach, vi } from 'vitest';
import type { FieldMeta, ObjectMeta, RecordRow } from '../../api';
import { BASE } from '../../api/routes';
import { startI18n } from '../../kit/i18n';
import { furnishWindow } from '../../kit/testing';
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
  written: null,
  default: null,
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
  { ...NAMES, key: 'level', labels: { zh: '风险等级', en: 'Level' }, web: 'choice', asked: 'choice', options: LEVELS },
  {
    ...NAMES,
    key: 'asset',
    labels: { zh: '总资产', en: 'Assets' },
    web: 'money',
    currency: 'CNY',
    format: 'money',
    asked: 'decimal',
  },
  { ...NAMES, key: 'note', labels: { zh: '备注', en: 'Note' }, owner: 'desk' },
  { ...NAMES, key: 'open', labels: { zh: '投诉中', en: 'Open' }, owner: 'desk', web: 'boolean', asked: 'boolean' },
  {
    ...NAMES,
    key: 'until',
    labels: { zh: '结束日期', en: 'Until' },
    owner: 'desk',
    web: 'date',
    format: 'date',
    asked: 'date',
  },
  { ...NAMES, key: 'limit', labels: { zh: '额度', en: 'Limit' }, owner: 'desk', web: 'money', currency: 'CNY' },
  { ...NAMES, key: 'age', labels: { zh: '年龄', en: 'Age' }, owner: 'desk', web: 'integer', asked: 'integer' },
];
export const META = {
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
    places: ['unit', 'served_by'],
  },
  detail: { sections: [] },
  form: { fields: ['name', 'level', 'asset', 'note', 'open', 'until', 'limit', 'age'] },
  page: null,
  corrected: false,
  operations: ['update', 'export'],
} as ObjectMeta;

export const row = (n: number, level: string, asset: string, note = ''): RecordRow => ({
  uid: `p${n}`,
  display: `客户${n}`,
  revision: n,
  values: { name: `客户${n}`, level, asset, note, open: null, until: '2026-12-31', limit: null, age: 40 },
  refused: [],
  from_source: true,
});
export const ROWS = [row(1, 'C3', '10000.10', '老客户'), row(2, 'C4', '20000.20'), row(3, 'C3', '0.05')];

/** The whole list, of which the page shows a part. */
export const GROUPS = {
  groups: [
    { value: 'C3', count: 70, sums: { asset: [{ amount: '990000.00', currency: 'CNY' }] }, missing: { asset: 3 } },
    { value: 'C4', count: 9, sums: { asset: [{ amount: '20000.20', currency: null }] }, missing: { asset: 0 } },
  ],
  others: null,
  total: { count: 79, sums: { asset: [{ amount: '1010000.20', currency: 'CNY' }] }, missing: { asset: 3 } },
  as_of: { records: '2026-03-18T02:00:00Z', warehouse: null },
};

type Sent = { method: string; path: string; body: Record<string, unknown> };
type Answer = { status?: number; body: unknown; after?: Promise<void> };
/** What was asked for, in order, and what a test answers otherwise than usual. */
export const server = {
  sent: [] as Sent[],
  answers: (() => undefined) as (asked: Sent) => Answer | undefined,
};

export const usual = ({ path, body }: Sent): unknown => {
  if (path === '/me') return { employee_no: 'E1', operations: [] };
  if (path === '/meta/objects/party') return META;
  if (path.endsWith('/count')) return { count: 3, approximate: false };
  if (path.endsWith('/query'))
    return {
      rows: ROWS,
      first: 1,
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

/** Before each test of the file a window and a server that answers as usual. */
export function beforeEachList(): void {
  // What is drawn without a window is drawn slowly; how long it takes says nothing.
  vi.setConfig({ testTimeout: 60_000 });
  configure({ asyncUtilTimeout: 20_000 });

  beforeAll(() => {
    startI18n();
    furnishWindow();
  });
  beforeEach(() => {
    server.sent = [];
    server.answers = () => undefined;
    addresses = Promise.resolve();
    localStorage.clear();
    vi.stubGlobal('fetch', (url: string, options: { method: string; body?: string }) => {
      const asked = {
        method: options.method,
        path: url.replace(BASE, ''),
        body: JSON.parse(options.body ?? '{}') as Record<string, unknown>,
      };
      server.sent.push(asked);
      const own = server.answers(asked);
      const [status, body] = own ? [own.status ?? 200, own.body] : [200, usual(asked)];
      const answer = new Response(JSON.stringify(body), { status, headers: { 'X-Request-Id': 'r-7' } });
      return (own?.after ?? Promise.resolve()).then(() => answer);
    });
  });
  afterEach(cleanup);
}

function Address() {
  const { pathname, search } = useLocation();
  return <output data-testid="address">{decodeURIComponent(pathname + search)}</output>;
}

function Framed() {
  const navigate = useNavigate();
  return (
    <>
      <button type="button" data-testid="back" onClick={() => void navigate(-1)}>
        ←
      </button>
      <Link to="/records/party" data-testid="menu">
        客户
      </Link>
      <Outlet />
      <Address />
    </>
  );
}

export async function open(search = '', state: unknown = null) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(['me'], { employee_no: 'E1', operations: [], clock: { data_due: '2026-03-17' } });
  const children = [
    {
      path: '/records/:object',
      element: <RecordListPage />,
      loader: () => addresses.then(() => null),
      hydrateFallbackElement: <></>,
    },
    { path: '*', element: null },
  ];
  const router = createMemoryRouter([{ element: <Framed />, children }], {
    initialEntries: [{ pathname: '/records/party', search, state }],
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

export const rows = () => screen.findAllByTestId('row');
export const line = async (n: number) => (await rows())[n - 1] as HTMLElement;
export const cell = async (n: number, key: string) =>
  (await line(n)).querySelector(`td[data-column="${key}"]`) as HTMLElement;
/** When addresses arrive; usually at once. */
let addresses = Promise.resolve();

/** From now on no address arrives until the function that is answered is called. */
export function holdAddresses(): () => Promise<void> {
  let arrive: () => void = () => undefined;
  addresses = new Promise((done) => (arrive = done));
  return () => {
    arrive();
    return settled();
  };
}

const settled = () => act(() => new Promise<void>((done) => setImmediate(done)));
export const address = () => screen.getByTestId('address').textContent;
export const patches = () => server.sent.filter((one) => one.method === 'PATCH').map((one) => one.body);
