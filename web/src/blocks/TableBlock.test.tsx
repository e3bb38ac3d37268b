// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { TableData } from '../api';
import { startI18n } from '../kit/i18n';
import { furnishWindow } from '../kit/testing';
import { TableBlock } from './TableBlock';

beforeAll(() => {
  startI18n();
  furnishWindow();
});
afterEach(cleanup);

const column = (key: string, format: string) => ({
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
    columns: [column('名称', 'text'), column('资产', 'money'), column('流入', 'change')],
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
  expect(ends).toEqual(['12,345.68万 \u22121.23万', '0.00万 0.00万', '— —']);
});
