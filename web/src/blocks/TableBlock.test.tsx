// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, beforeAll, expect, it, test, vi } from 'vitest';
import type { TableColumn, TableData } from '../api';
import { startI18n } from '../kit/i18n';
import { furnishWindow } from '../kit/testing';
import { TableBlock } from './TableBlock';

beforeAll(() => {
  startI18n();
  furnishWindow();
});
afterEach(cleanup);

const column = (key: string, zh: string, format: TableColumn['format']): TableColumn => ({
  key,
  labels: { zh, en: key },
  format,
  unit: null,
  align: format === 'text' ? 'left' : 'right',
  options: [],
  tone: null,
});
const COLUMNS = [column('name', '机构', 'text'), column('count', '客户', 'count'), column('open', '待办', 'count')];
const DATA: TableData = {
  columns: COLUMNS,
  rows: [
    {
      key: 'B001',
      path: '/?unit=B001',
      cells: { name: '临江营业部', count: 5, open: 2 },
      links: { count: '/records/party?tab=all&unit=B001', open: '/work?unit=B001' },
    },
    { key: 'E9', path: '/work?assignee=E9', cells: { name: '何静', count: 0, open: 3 }, links: {} },
  ],
  rest: [
    {
      key: 'unserved',
      path: '/records/party?tab=all&served=',
      cells: { name: '未分配客户经理', count: 2 },
      links: { count: '/records/party?tab=all&served=' },
    },
  ],
  total: { name: '合计', count: 7, open: 5 },
  more: null,
  create: null,
  next: null,
};

const cells = (row: HTMLElement) => within(row).getAllByRole('cell');
const leads = (cell: HTMLElement | undefined) => cell?.querySelector('a')?.getAttribute('href');

test('who is nobody has a row before the total, and each number leads to its own list', () => {
  render(<TableBlock data={DATA} />, { wrapper: MemoryRouter });
  const lines = screen.getAllByRole('row').map((row) => row.textContent);
  expect(lines.slice(1)).toEqual(['临江营业部52', '何静03', '未分配客户经理2', '合计75']);
  const [branch, person, nobody] = screen.getAllByTestId('block-row').map(cells);
  expect(branch?.map(leads)).toEqual(['/?unit=B001', '/records/party?tab=all&unit=B001', '/work?unit=B001']);
  expect(person?.map(leads)).toEqual(['/work?assignee=E9', undefined, undefined]);
  expect(nobody?.map(leads)).toEqual(['/records/party?tab=all&served=', '/records/party?tab=all&served=', undefined]);
});

const amount = (key: string, format: string) => ({
  key,
  labels: { zh: key, en: key },
  format,
  unit: format === 'text' ? null : '元',
  align: 'left',
  options: [],
  tone: null,
});

it('shows the amounts of a column in one unit on a phone, which has no head to say it', () => {
  vi.spyOn(window, 'matchMedia').mockImplementation(
    (media) =>
      ({ matches: media.includes('max-width: 767'), addEventListener() {}, removeEventListener() {} }) as never,
  );
  const cells = [
    { 名称: '甲', 资产: '123456789.00', 流入: '-12345.00' },
    { 名称: '乙', 资产: '35.00', 流入: '20.00' },
    { 名称: '丙', 资产: null, 流入: null },
  ];
  const data = {
    columns: [amount('名称', 'text'), amount('资产', 'money'), amount('流入', 'change')],
    rows: cells.map((one, index) => ({ key: String(index), path: null, cells: one })),
    rest: [],
    total: null,
  } as unknown as TableData;
  render(
    <MemoryRouter>
      <TableBlock data={data} />
    </MemoryRouter>,
  );
  const ends = screen.getAllByTestId('block-row').map((row) => row.querySelector('.end')?.textContent);
  expect(ends).toEqual(['12,345.68万 \u22121.23万', '35.00元 +20.00元', '— —']);
});

test('a phone has the total as the last of its lines, and no link within a link', () => {
  const phone = vi
    .spyOn(window, 'matchMedia')
    .mockReturnValue({ matches: true, addEventListener() {}, removeEventListener() {} } as never);
  render(<TableBlock data={DATA} />, { wrapper: MemoryRouter });
  const lines = screen.getAllByTestId('block-row');
  expect(lines.map((line) => line.dataset.uid)).toEqual(['B001', 'E9', 'unserved', '-total']);
  expect(lines.at(-1)?.textContent).toContain('合计');
  expect(lines.at(-1)?.textContent).toContain('7');
  expect(lines.map((line) => [...line.querySelectorAll('a')].map((one) => one.getAttribute('href')))).toEqual([
    ['/?unit=B001', '/records/party?tab=all&unit=B001', '/work?unit=B001'],
    ['/work?assignee=E9'],
    ['/records/party?tab=all&served=', '/records/party?tab=all&served='],
    [],
  ]);
  expect(document.querySelector('a a')).toBeNull();
  phone.mockRestore();
});
