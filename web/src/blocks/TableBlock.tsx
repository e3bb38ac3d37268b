import { Link } from 'react-router';
import type { CellValue, Labels, TableColumn, TableData } from '../api';
import { useText } from '../kit/i18n';
import { useIsPhone } from '../kit/hooks';
import { DataTable, type Column, type TwoLine } from '../kit/DataTable';
import { Nothing } from '../kit/figures';
import { formatOf, unitBeside } from '../kit/fields/formats';
import { toNumber } from '../kit/format';
import { Formatted } from './Formatted';
import { phoneParts, stands } from './phoneParts';

type TableRow = TableData['rows'][number];

/** The key of what all rows make together where a phone has it as the last of its lines; no row is called so. */
const TOTAL = '-total';

/** Whether parts of a row lead somewhere of their own: its line on a phone is no link then, a link in a link is none. */
const leadsApart = (row: TableRow) => Object.keys(row.links ?? {}).length > 0;

/** Draws the bars of one column on one scale. */
function drawnCell(column: TableColumn, rows: TableRow[]): ((row: TableRow) => React.ReactNode) | null {
  const { chart } = formatOf(column.format);
  if (!chart) return null;
  const numbers = rows.map((row) => toNumber(row.cells[column.key]) ?? 0);
  const max = Math.max(...numbers.map(Math.abs), 0);
  return (row) => {
    const value = toNumber(row.cells[column.key]);
    return value === null ? <Nothing /> : chart(value, max);
  };
}

function useColumns(data: TableData): Column<TableRow>[] {
  const { label, lang } = useText();
  return data.columns.map((column, index) => {
    const drawn = drawnCell(column, data.rows);
    const unit = unitBeside(column.format, column.unit, lang);
    const { tagged, linked } = formatOf(column.format);
    return {
      key: column.key,
      title: unit ? `${label(column.labels)} ${unit}` : label(column.labels),
      align: column.align,
      // Words of codes are short: broken into signs nobody reads them.
      tight: index === 0 || tagged || linked || column.options.length > 0,
      width: drawn ? 96 : undefined,
      render: (row) => {
        if (row.cells[column.key] === undefined) return null; // the row has no such cell, which is not an unknown value
        if (drawn) return drawn(row);
        const cell = <Cell column={column} value={row.cells[column.key]} tone={row.tones?.[column.key]} />;
        const isFirst = index === 0 || linked;
        const own = row.links?.[column.key] ?? (isFirst && row.cells[column.key] ? row.path : null);
        return own ? <Link to={own}>{cell}</Link> : cell;
      },
    };
  });
}

/** A row on a phone, its columns where `phoneParts` places them. */
function phoneLine(
  data: TableData,
  columns: Column<TableRow>[],
  label: (labels: Labels) => string,
): (row: TableRow) => TwoLine {
  const { texts, named: further, end, endSub } = phoneParts(data.columns);
  const marks = texts.filter((column) => formatOf(column.format).tagged);
  const words = texts.filter((column) => !marks.includes(column));
  const draw = (key: string, row: TableRow) => columns.find((column) => column.key === key)?.render(row);
  const figure = (column: TableColumn, row: TableRow) => {
    const shown = <Cell column={column} value={row.cells[column.key]} alone />;
    const own = row.links?.[column.key];
    return own ? <Link to={own}>{shown}</Link> : shown;
  };
  return (row) => {
    const first = data.columns[0];
    const named = first && (
      <Formatted value={row.cells[first.key]} format={first.format} unit={first.unit} options={first.options} cell />
    );
    const name = row.path && leadsApart(row) ? <Link to={row.path}>{named}</Link> : named;
    return {
      title: (
        <span className="marked">
          <span>{name}</span>
          {marks.map((column) => (
            <span key={column.key}>{draw(column.key, row)}</span>
          ))}
        </span>
      ),
      sub: (
        <span className="row gap-4 wrap">
          {words.map((column) => (
            <span key={column.key}>{draw(column.key, row)}</span>
          ))}
          {further(row).map((column) => (
            <span key={column.key} className="nowrap">
              {label(column.labels)} {figure(column, row)}
            </span>
          ))}
        </span>
      ),
      end: end && stands(end, row) && (
        <>
          {formatOf(end.format).bare && <span className="small ink-3">{label(end.labels)} </span>}
          {figure(end, row)}
        </>
      ),
      endSub: endSub && stands(endSub, row) && (
        <>
          {(formatOf(endSub.format).bare || endSub.format === end?.format) && label(endSub.labels)}{' '}
          {figure(endSub, row)}
        </>
      ),
    };
  };
}

/**
 * One value of a column; zeros stand back, a column's tone marks the others. Alone, without a head, it says its unit: an
 * amount that of its column, so that all of it are in one.
 */
function Cell({
  column,
  value,
  tone,
  alone = false,
}: {
  column: TableColumn;
  value: CellValue | undefined;
  tone?: TableColumn['tone'];
  alone?: boolean;
}) {
  const amount = alone && formatOf(column.format).amount?.(column.unit) && toNumber(value) !== null;
  const shown = (
    <Formatted
      value={value}
      format={column.format}
      unit={column.unit}
      options={column.options}
      cell={!alone || amount}
      alone={alone}
    />
  );
  if (!formatOf(column.format).toned) return shown;
  const colour = tone ?? (toNumber(value) === 0 ? null : column.tone);
  if (colour && value !== null) return <span className={`tone-${colour}`}>{shown}</span>;
  return toNumber(value) === 0 ? <span className="ink-3">{shown}</span> : shown;
}

export function TableBlock({ data }: { data: TableData }) {
  const { label } = useText();
  const phone = useIsPhone();
  const columns = useColumns(data);
  const rows = [...data.rows, ...data.rest];
  const total =
    data.total &&
    Object.fromEntries(
      data.columns.map((column) => {
        const cell = data.total?.[column.key];
        const shown =
          cell === undefined || cell === null || formatOf(column.format).chart ? (
            ''
          ) : (
            <Cell column={column} value={cell} />
          );
        return [column.key, shown];
      }),
    );
  return (
    <DataTable
      columns={columns}
      rows={phone && data.total ? [...rows, { key: TOTAL, path: null, cells: data.total }] : rows}
      rowKey={(row) => row.key}
      path={(row) => (phone && leadsApart(row) ? undefined : (row.path ?? undefined))}
      twoLine={phoneLine(data, columns, label)}
      total={total ?? undefined}
      rowClass={(row) => (row.key === TOTAL ? 'total-line' : '')}
      testId="block-row"
    />
  );
}
