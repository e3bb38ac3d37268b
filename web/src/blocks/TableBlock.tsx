import { Link } from 'react-router';
import type { CellValue, Labels, TableColumn, TableData } from '../api';
import { unitText, useText } from '../app/i18n';
import { DataTable, type Column, type TwoLine } from '../kit/DataTable';
import { Nothing } from '../kit/figures';
import { isAmount } from '../kit/fields/formats';
import { moneyColumnUnit, toNumber } from '../kit/format';
import { Bar } from '../kit/marks';
import { Diverge } from '../kit/Diverge';
import { Formatted } from './Formatted';

type TableRow = TableData['rows'][number];

const RIGHT = new Set(['money', 'change', 'count', 'percent']);

/** Draws the bars of one column on one scale. */
function drawnCell(column: TableColumn, rows: TableRow[]): ((row: TableRow) => React.ReactNode) | null {
  if (column.format === 'bar' || column.format === 'diverge') {
    const numbers = rows.map((row) => toNumber(row.cells[column.key]) ?? 0);
    const max = Math.max(...numbers.map(Math.abs), 0);
    return (row) => {
      const value = toNumber(row.cells[column.key]);
      if (value === null) return <Nothing />;
      return column.format === 'diverge' ? <Diverge value={value} max={max} /> : <Bar share={max > 0 ? value / max : 0} />;
    };
  }
  return null;
}

function useColumns(data: TableData): Column<TableRow>[] {
  const { label, lang } = useText();
  return data.columns.map((column, index) => {
    const drawn = drawnCell(column, data.rows);
    const unit = isAmount(column.format, column.unit) ? moneyColumnUnit(lang) : RIGHT.has(column.format) && !['%', 'pp'].includes(column.unit ?? '%') ? unitText(column.unit ?? '', lang) : undefined;
    return {
      key: column.key,
      title: unit ? `${label(column.labels)} ${unit}` : label(column.labels),
      align: column.align ?? (RIGHT.has(column.format) ? 'right' : 'left'),
      tight: index === 0 || column.format === 'tag' || column.format === 'link',
      width: drawn ? 96 : undefined,
      render: (row) => {
        if (row.cells[column.key] === undefined) return null; // the row has no such cell, which is not an unknown value
        if (drawn) return drawn(row);
        const cell = <Cell column={column} value={row.cells[column.key]} />;
        const isFirst = index === 0 || column.format === 'link';
        return isFirst && row.path && row.cells[column.key] ? <Link to={row.path}>{cell}</Link> : cell;
      },
    };
  });
}

const PHONE_FIGURES = 5;

/** On a phone: the first column, then the texts below it, the first two figures at the right. */
function phoneLine(data: TableData, columns: Column<TableRow>[], label: (labels: Labels) => string): (row: TableRow) => TwoLine {
  const figures = data.columns.filter((column) => RIGHT.has(column.format));
  const texts = data.columns.slice(1).filter((column) => ['text', 'date', 'datetime', 'link', 'tag'].includes(column.format));
  // Where hardly a text identifies the row, further figures stand below it, each under its name.
  const further = texts.length < 2 ? figures.slice(2, 2 + PHONE_FIGURES) : [];
  // Without figures a mark that the texts leave out stands at the right.
  const mark = texts.slice(3).find((column) => column.format === 'tag');
  const draw = (key: string, row: TableRow) => columns.find((column) => column.key === key)?.render(row);
  return (row) => {
    const first = data.columns[0];
    const [one = mark, two] = figures;
    return {
      title: first && <Formatted value={row.cells[first.key]} format={first.format} unit={first.unit} options={first.options} cell />,
      sub: (
        <span className="row gap-4 wrap">
          {texts.slice(0, 3).map((column) => <span key={column.key}>{draw(column.key, row)}</span>)}
          {further.map((column) => <span key={column.key} className="nowrap">{label(column.labels)} {draw(column.key, row)}</span>)}
        </span>
      ),
      end: one && draw(one.key, row),
      endSub: two && draw(two.key, row),
    };
  };
}

/** One value of a column; zeros stand back, a column's tone marks the others. */
function Cell({ column, value }: { column: TableColumn; value: CellValue | undefined }) {
  const shown = <Formatted value={value} format={column.format} unit={column.unit} options={column.options} cell />;
  if (column.format !== 'count') return shown;
  const tone = toNumber(value) === 0 ? 'ink-4' : column.tone && value !== null ? `tone-${column.tone}` : undefined;
  return tone ? <span className={tone}>{shown}</span> : shown;
}

const DRAWN = new Set(['bar', 'diverge']);

export function TableBlock({ data }: { data: TableData }) {
  const { label } = useText();
  const columns = useColumns(data);
  const total = data.total && Object.fromEntries(
    data.columns.map((column) => {
      const cell = data.total?.[column.key];
      const shown = cell === undefined || cell === null || DRAWN.has(column.format) ? '' : <Cell column={column} value={cell} />;
      return [column.key, shown];
    }),
  );
  return (
    <DataTable
      columns={columns}
      rows={data.rows}
      rowKey={(row) => row.key}
      path={(row) => row.path ?? undefined}
      twoLine={phoneLine(data, columns, label)}
      total={total ?? undefined}
      testId="block-row"
    />
  );
}
