import type { RowData } from '@tanstack/react-table';
import type { KeyboardEvent, RefObject } from 'react';
import { Checkbox } from 'antd';
import { useText } from '../i18n';
import { Icon } from '../Icon';
import type { TableHeader, TableModel } from './model';
import type { Column, TableProps } from './types';
import { drawnWidths, fittingWidths, keepWidths, LEAST_WIDTH } from './widths';

export const alignClass = (column: { align?: string; tight?: boolean }) =>
  [column.align === 'right' ? 'num' : column.align === 'center' ? 'center' : '', column.tight ? 'tight' : '']
    .join(' ')
    .trim();

type Props<T extends RowData> = {
  table: TableModel<T>;
  shown: RefObject<HTMLTableElement | null>;
  props: TableProps<T>;
};

export function Head<T extends RowData>({ table, shown, props: { columns, choice, sort, onSort, list } }: Props<T>) {
  const byKey = new Map(columns.map((column) => [column.key, column]));
  const all = choice !== undefined && choice.chosen.size > 0 && table.getIsAllRowsSelected();
  const some = !all && table.getCoreRowModel().rows.some((row) => row.getIsSelected());
  return (
    <thead>
      <tr>
        {choice && (
          <td className="choose">
            {choice.all !== undefined && (
              <Checkbox
                checked={all}
                indeterminate={some}
                onChange={table.getToggleAllRowsSelectedHandler()}
                aria-label={choice.all}
                data-testid="choose-shown"
              />
            )}
          </td>
        )}
        {table.getFlatHeaders().map((header) => {
          const column = byKey.get(header.id);
          return (
            column && (
              <HeadCell
                key={header.id}
                column={column}
                header={header}
                onSort={onSort && header.column.getToggleSortingHandler()}
                several={(sort?.length ?? 0) > 1}
                width={list === undefined ? undefined : widening({ table, header, column, shown, list })}
              />
            )
          );
        })}
      </tr>
    </thead>
  );
}

type CellProps<T extends RowData> = {
  column: Column<T>;
  header: TableHeader<T>;
  onSort: ((event: unknown) => void) | undefined;
  several: boolean;
  width: Widening | undefined;
};

function HeadCell<T extends RowData>({ column, header, onSort, several, width }: CellProps<T>) {
  const { t } = useText();
  const sorts = column.sortable && onSort !== undefined;
  const active = header.column.getIsSorted();
  return (
    <th
      scope="col"
      data-column={column.key}
      className={alignClass(column)}
      style={column.width === undefined ? undefined : { width: column.width }}
      aria-label={typeof column.title === 'string' ? column.title : undefined}
      aria-sort={active ? (active === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      {sorts ? (
        <button
          type="button"
          className="plain"
          onClick={onSort}
          onKeyDown={(event) => event.altKey && width?.press(event)}
          title={t(width ? 'table.sortAndWidthHint' : 'table.sortHint')}
          data-testid={`sort-${column.key}`}
        >
          {column.title}
          {active && <Icon name={active === 'asc' ? 'up' : 'down'} size={12} />}
          {active && several && <sup>{header.column.getSortIndex() + 1}</sup>}
        </button>
      ) : (
        column.title
      )}
      {width && <Edge header={header} column={column} width={width} stop={!sorts} />}
    </th>
  );
}

type WideningProps<T extends RowData> = {
  table: TableModel<T>;
  header: TableHeader<T>;
  column: Column<T>;
  shown: RefObject<HTMLTableElement | null>;
  list: string;
};

type Widening = { drag: (event: unknown) => void; fit: () => void; press: (event: KeyboardEvent) => void };

const STEP = 8;

/** How a column is made wider and narrower: dragged, by the arrow keys, or to fit what stands below. */
function widening<T extends RowData>({ table, header, column, shown, list }: WideningProps<T>): Widening {
  /** The widths as they are drawn: the columns that nobody touches stay as wide as they are. */
  const now = () => (shown.current ? { ...drawnWidths(shown.current), ...table.state.columnSizing } : {});
  const give = (width: number) => {
    const widths = { ...now(), [column.key]: Math.max(LEAST_WIDTH, width) };
    table.setColumnSizing(widths);
    keepWidths(list, widths);
  };
  const fit = () => {
    if (shown.current) give(fittingWidths(shown.current)[column.key] ?? LEAST_WIDTH);
  };
  const drag = (event: unknown) => {
    table.setColumnSizing(now());
    header.getResizeHandler()(event);
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (by === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    if (by === undefined) fit();
    else give((now()[column.key] ?? LEAST_WIDTH) + by);
  };
  return { drag, fit, press };
}

type EdgeProps<T extends RowData> = Pick<CellProps<T>, 'column' | 'header'> & { width: Widening; stop: boolean };

/**
 * The edge of a column's head: dragged, moved by the arrow keys, or doubly clicked (Enter) to fit what stands below. Tab
 * stops once at a column: at the edge only where its head is no button.
 */
function Edge<T extends RowData>({ header, column, width, stop }: EdgeProps<T>) {
  const { t } = useText();
  const name = typeof column.title === 'string' ? column.title : column.key;
  return (
    <button
      type="button"
      tabIndex={stop ? 0 : -1}
      className={header.column.getIsResizing() ? 'plain edge moving' : 'plain edge'}
      title={t('table.widthHint')}
      aria-label={t('table.width', { name })}
      onMouseDown={width.drag}
      onTouchStart={width.drag}
      onDoubleClick={width.fit}
      onKeyDown={width.press}
      data-testid={`width-${column.key}`}
    />
  );
}
