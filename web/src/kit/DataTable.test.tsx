// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { MemoryRouter, useLocation } from 'react-router';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startI18n } from './i18n';
import { furnishWindow } from './testing';
import { DataTable, type Choice, type Column, type SortState } from './DataTable';
import { keptWidths, LEAST_WIDTH } from './table/widths';

type Person = { uid: string; name: string; level: string; asset: string };
type Props = Partial<Parameters<typeof DataTable<Person>>[0]>;

const person = (n: number): Person => ({
  uid: `p${n}`,
  name: `客户${n}`,
  level: n % 2 ? 'C4' : 'C3',
  asset: `${n}.00`,
});
const people = (n: number) => Array.from({ length: n }, (_none, index) => person(index + 1));
const columns: Column<Person>[] = [
  { key: 'name', title: '客户', render: (row) => row.name },
  { key: 'level', title: '风险等级', sortable: true, render: (row) => row.level },
  { key: 'asset', title: '总资产 万', align: 'right', sortable: true, render: (row) => row.asset },
];

/** jsdom draws nothing: every element is so wide, and rows so high, that a window of 600 pixels shows twenty of them. */
beforeAll(() => {
  startI18n();
  furnishWindow();
  Object.defineProperty(HTMLElement.prototype, 'offsetWidth', { configurable: true, get: () => 120 });
  Object.defineProperty(HTMLElement.prototype, 'offsetHeight', { configurable: true, get: () => 30 });
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 600 });
  Element.prototype.scrollTo = function scrollTo(this: Element, options?: ScrollToOptions | number) {
    if (typeof options === 'object') this.scrollTop = options.top ?? 0;
    fireEvent.scroll(this);
  } as typeof Element.prototype.scrollTo;
});
beforeEach(() => {
  localStorage.clear();
  onPhone(false);
});
afterEach(cleanup);

function onPhone(matches: boolean) {
  vi.stubGlobal('matchMedia', () => ({
    matches,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }));
}

function Address() {
  return <output data-testid="address">{useLocation().pathname}</output>;
}

function show(rows: Person[], props: Props = {}) {
  const twoLine = (row: Person) => ({ title: row.name, sub: row.level, end: row.asset });
  render(
    <MemoryRouter>
      <DataTable columns={columns} rows={rows} rowKey={(row) => row.uid} twoLine={twoLine} {...props} />
      <Address />
    </MemoryRouter>,
  );
  return userEvent.setup();
}

const rowsShown = () => screen.getAllByTestId('row').map((row) => row.dataset.uid);
const row = (uid: string) => screen.getAllByTestId('row').find((one) => one.dataset.uid === uid) as HTMLElement;

/** A table whose rows are chosen. */
function Choosing({ rows, most = 10, told }: { rows: Person[]; most?: number; told: (keys: string[]) => void }) {
  const [chosen, choose] = useState<string[]>([]);
  const choice: Choice<Person> = {
    chosen: new Set(chosen),
    may: (one) => one.uid !== 'p2',
    name: (one) => `选择${one.name}`,
    most,
    all: '全选本页',
    onChange: (keys) => {
      choose(keys);
      told(keys);
    },
  };
  return (
    <MemoryRouter>
      <DataTable
        columns={columns}
        rows={rows}
        rowKey={(one) => one.uid}
        twoLine={(one) => ({ title: one.name })}
        choice={choice}
      />
    </MemoryRouter>
  );
}

describe('a table', () => {
  it('shows its rows, and its sum last', () => {
    show(people(2), { total: { name: '合计', asset: '3.00' } });
    const lines = screen.getAllByRole('row').map((line) => line.textContent);
    expect(lines).toEqual(['客户风险等级总资产 万', '客户1C41.00', '客户2C32.00', '合计3.00']);
  });
  it('is two lines a row on a phone', () => {
    onPhone(true);
    show(people(1), { path: (one) => `/records/${one.uid}` });
    expect(screen.queryByRole('table')).toBeNull();
    expect(screen.getByRole('link')).toHaveProperty('textContent', '客户1C41.00');
  });
  it('says by what it is ordered; a click asks for the other way, at another column for the largest first', async () => {
    const onSort = vi.fn<(sort: SortState[]) => void>();
    const user = show(people(2), { sort: [{ field: 'asset', direction: 'desc' }], onSort });
    const head = (name: string) => screen.getByRole('columnheader', { name });
    expect(head('总资产 万').getAttribute('aria-sort')).toBe('descending');
    expect(head('风险等级').getAttribute('aria-sort')).toBeNull();
    expect(within(head('客户')).queryByRole('button')).toBeNull();
    await user.click(screen.getByTestId('sort-asset'));
    await user.click(screen.getByTestId('sort-level'));
    expect(onSort.mock.calls.map(([sort]) => sort)).toEqual([
      [{ field: 'asset', direction: 'asc' }],
      [{ field: 'level', direction: 'desc' }],
    ]);
  });
  it('is ordered by one more column on a click with Shift, and numbers them', async () => {
    const onSort = vi.fn<(sort: SortState[]) => void>();
    const asset: SortState = { field: 'asset', direction: 'desc' };
    const user = show(people(2), { sort: [{ field: 'id', direction: 'desc' }, asset], onSort });
    await user.keyboard('{Shift>}');
    await user.click(screen.getByTestId('sort-level'));
    expect(onSort.mock.calls).toEqual([[[asset, { field: 'level', direction: 'desc' }]]]);
    cleanup();
    show(people(2), { sort: [asset, { field: 'level', direction: 'asc' }], onSort });
    const heads = screen.getAllByRole('columnheader').map((head) => [head.textContent, head.getAttribute('aria-sort')]);
    expect(heads).toEqual([
      ['客户', null],
      ['风险等级2', 'ascending'],
      ['总资产 万1', 'descending'],
    ]);
  });
  it('is gone through by keys: one stop of Tab, up and down, Enter opens', async () => {
    const user = show(people(3), { path: (one) => `/records/${one.uid}` });
    await user.tab();
    expect(document.activeElement).toBe(row('p1'));
    await user.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}{ArrowUp}');
    expect(document.activeElement).toBe(row('p2'));
    await user.keyboard('{End}{Enter}');
    expect(screen.getByTestId('address').textContent).toBe('/records/p3');
  });
});

describe('rows that are chosen', () => {
  it('one by one, by Space, from here to there with Shift, and all shown that may be', async () => {
    const told = vi.fn<(keys: string[]) => void>();
    render(<Choosing rows={people(5)} told={told} />);
    const user = userEvent.setup();
    expect(within(row('p2')).queryByRole('checkbox')).toBeNull();
    await user.click(screen.getByRole('checkbox', { name: '选择客户1' }));
    await user.keyboard('{Shift>}');
    await user.click(screen.getByRole('checkbox', { name: '选择客户4' }));
    await user.keyboard('{/Shift}');
    expect(told.mock.lastCall).toEqual([['p1', 'p3', 'p4']]);
    expect(row('p3').getAttribute('aria-selected')).toBe('true');
    row('p4').focus();
    await user.keyboard(' ');
    expect(told.mock.lastCall).toEqual([['p1', 'p3']]);
    await user.click(screen.getByTestId('choose-shown'));
    expect(told.mock.lastCall).toEqual([['p1', 'p3', 'p4', 'p5']]);
    await user.click(screen.getByTestId('choose-shown'));
    expect(told.mock.lastCall).toEqual([[]]);
  });
  it('are no more than go at once', async () => {
    const told = vi.fn<(keys: string[]) => void>();
    render(<Choosing rows={people(6)} most={2} told={told} />);
    const user = userEvent.setup();
    await user.click(screen.getByTestId('choose-shown'));
    expect(told.mock.lastCall).toEqual([['p1', 'p3']]);
    expect(screen.getByRole('checkbox', { name: '选择客户4' })).toHaveProperty('disabled', true);
    expect(screen.getByRole('checkbox', { name: '选择客户3' })).toHaveProperty('disabled', false);
  });
});

/** A head that is no button is reached at its edge. */
const stopOf = ({ key, sortable }: Column<Person>) => (sortable ? `sort-${key}` : `width-${key}`);

describe('the width of a column', () => {
  const widths = () => [...document.querySelectorAll('col')].map((col) => col.style.width);

  it('follows the edge of its head, not below the least, and is kept for the list', () => {
    show(people(2), { list: 'people' });
    expect(widths()).toEqual([]);
    const edge = screen.getByRole('button', { name: '调整列宽：客户' });
    fireEvent.mouseDown(edge, { clientX: 120 });
    fireEvent.mouseMove(document, { clientX: 170 });
    fireEvent.mouseUp(document, { clientX: 200 });
    expect(widths()).toEqual(['200px', '120px', '']);
    expect(keptWidths('people')).toEqual({ name: 200, level: 120, asset: 120 });
    fireEvent.mouseDown(edge, { clientX: 200 });
    fireEvent.mouseUp(document, { clientX: 1 });
    expect(widths()[0]).toBe(`${LEAST_WIDTH}px`);
    cleanup();
    show(people(2), { list: 'people' });
    expect(widths()[0]).toBe(`${LEAST_WIDTH}px`);
    cleanup();
    show(people(2), { list: 'others' });
    expect(widths()).toEqual([]);
  });
  it('is moved by the arrow keys and fits what stands below on Enter and on a double click', async () => {
    const user = show(people(2), { list: 'people' });
    const edge = screen.getByTestId('width-level');
    edge.focus();
    await user.keyboard('{ArrowRight}{ArrowRight}{ArrowLeft}');
    expect(keptWidths('people').level).toBe(128);
    await user.keyboard('{Enter}');
    expect(keptWidths('people').level).toBe(121);
    await user.keyboard('{ArrowRight}');
    await user.dblClick(edge);
    expect(keptWidths('people').level).toBe(121);
  });
  it('is moved from the button of its head by Alt and the arrows: Tab stops once at a column', async () => {
    const user = show(people(2), { list: 'people', onSort: () => undefined });
    const sorting = screen.getByTestId('sort-level');
    sorting.focus();
    await user.keyboard('{Alt>}{ArrowRight}{ArrowRight}{ArrowLeft}{/Alt}');
    expect(keptWidths('people').level).toBe(128);
    await user.keyboard('{ArrowRight}');
    expect(keptWidths('people').level).toBe(128);
    await user.keyboard('{Alt>}{Enter}{/Alt}');
    expect(keptWidths('people').level).toBe(121);
    expect(document.activeElement).toBe(sorting);
    const stops = [...document.querySelectorAll<HTMLElement>('thead button')].filter((one) => one.tabIndex >= 0);
    expect(stops.map((one) => one.dataset.testid)).toEqual(columns.map(stopOf));
  });
  it('is never less than a number that stands in it needs, of which a part would be another number', () => {
    const drawn = (cell: HTMLTableCellElement) =>
      parseInt(document.querySelectorAll('col')[cell.cellIndex]?.style.width ?? '') || 120;
    const own = (name: string, get: (this: HTMLTableCellElement) => number) =>
      Object.defineProperty(HTMLTableCellElement.prototype, name, { configurable: true, get });
    const measures = ['offsetWidth', 'clientWidth', 'scrollWidth'];
    for (const name of measures)
      own(name, function (this: HTMLTableCellElement) {
        return name === 'scrollWidth' && this.matches('td') ? Math.max(100, drawn(this)) : drawn(this);
      });
    const [name, level, asset] = columns as [Column<Person>, Column<Person>, Column<Person>];
    show(people(2), { list: 'people', columns: [asset, level, name] });
    for (const key of ['asset', 'level']) {
      fireEvent.mouseDown(screen.getByTestId(`width-${key}`), { clientX: 120 });
      fireEvent.mouseUp(document, { clientX: 50 });
    }
    expect(widths().slice(0, 2)).toEqual(['101px', '50px']);
    for (const measure of measures) Reflect.deleteProperty(HTMLTableCellElement.prototype, measure);
  });
  it('is nobody’s to change where the list keeps none, and what is kept wrongly counts for nothing', () => {
    show(people(1));
    expect(screen.queryByTestId('width-name')).toBeNull();
    localStorage.setItem('zhike.widths.people', '{"name":"wide","level":1,"asset":99}');
    expect(keptWidths('people')).toEqual({ asset: 99 });
  });
});

describe('ten thousand rows', () => {
  it('are a hundred at most in the page, between gaps as high as the others, the sum last', async () => {
    const user = show(people(10_000), { path: (one) => `/records/${one.uid}`, total: { name: '合计' } });
    const shown = rowsShown();
    expect(shown[0]).toBe('p1');
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.length).toBeLessThan(100);
    expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('10002');
    expect(screen.getAllByRole('row').at(-1)?.textContent).toBe('合计');
    await user.tab();
    await user.keyboard('{End}');
    expect(document.activeElement).toBe(row('p10000'));
    expect(rowsShown().length).toBeLessThan(100);
    await user.keyboard('{ArrowUp}{Enter}');
    expect(screen.getByTestId('address').textContent).toBe('/records/p9999');
  });
});

describe('rows in groups', () => {
  it('stand under heads that say what is in them, open and closed', async () => {
    const onToggle = vi.fn<(group: string) => void>();
    const groups = {
      column: 'level',
      of: (one: Person) => one.level,
      head: (rows: Person[]) => `${rows[0]?.level} ${rows.length} 户`,
      closed: new Set(['C3']),
      onToggle,
    };
    const user = show(people(5), { groups, path: (one) => `/records/${one.uid}` });
    expect(screen.getAllByTestId('group').map((head) => head.textContent)).toEqual(['C4 3 户', 'C3 2 户']);
    expect(rowsShown()).toEqual(['p1', 'p3', 'p5']);
    const [open, closed] = screen.getAllByTestId('group').map((head) => within(head).getByRole('button'));
    expect([open?.getAttribute('aria-expanded'), closed?.getAttribute('aria-expanded')]).toEqual(['true', 'false']);
    await user.click(closed as HTMLElement);
    expect(onToggle).toHaveBeenCalledWith('C3');
    row('p1').focus();
    await user.keyboard('{ArrowDown}');
    expect(document.activeElement).toBe(row('p3'));
  });
});

describe('a cell that can be changed', () => {
  const editable: Column<Person>[] = columns.map((column) =>
    column.key === 'level'
      ? {
          ...column,
          edit: {
            may: (one) => one.uid !== 'p2',
            editor: (one, close) => (
              <input
                aria-label={`修改${one.name}`}
                autoFocus
                onKeyDown={(event) => event.key === 'Escape' && close()}
              />
            ),
          },
        }
      : column,
  );
  const opened = () => screen.getByTestId('address').textContent;

  it('is opened by a double click, which does not open the row, and by F2; it has the focus again when it is closed', async () => {
    const user = show(people(3), { columns: editable, path: (one) => `/records/${one.uid}` });
    await user.dblClick(screen.getAllByText('C4')[0] as HTMLElement);
    expect(screen.getByRole('textbox', { name: '修改客户1' })).toBe(document.activeElement);
    await user.keyboard('{ArrowDown}{Escape}');
    expect(screen.queryByRole('textbox')).toBeNull();
    expect(document.activeElement?.textContent).toBe('C4');
    await user.keyboard('{ArrowLeft}{ArrowDown}{ArrowDown}{F2}');
    expect(screen.getByRole('textbox', { name: '修改客户3' })).toBe(document.activeElement);
    expect(opened()).toBe('/');
  });
  it('is none where it may not be: a click opens the row', async () => {
    const user = show(people(3), { columns: editable, path: (one) => `/records/${one.uid}` });
    row('p2').focus();
    await user.keyboard('{F2}');
    expect(screen.queryByRole('textbox')).toBeNull();
    await user.click(screen.getByText('C3'));
    expect(opened()).toBe('/records/p2');
  });
});
