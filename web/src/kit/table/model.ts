import {
  columnGroupingFeature,
  columnResizingFeature,
  columnSizingFeature,
  createExpandedRowModel,
  createGroupedRowModel,
  functionalUpdate,
  rowExpandingFeature,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type Header,
  type Row,
  type RowData,
  type RowSelectionState,
} from '@tanstack/react-table';
import { useEffect, useMemo, useState } from 'react';
import { keepWidths, keptWidths, LEAST_WIDTH, type Widths } from './widths';
import type { Choice, Column, Groups, SortState, TableProps } from './types';

/** So many orders does the server take. */
const MOST_SORTS = 3;

const features = tableFeatures({
  rowSortingFeature,
  rowSelectionFeature,
  columnSizingFeature,
  columnResizingFeature,
  columnGroupingFeature,
  rowExpandingFeature,
  groupedRowModel: createGroupedRowModel(),
  expandedRowModel: createExpandedRowModel(),
});

export type TableRow<T extends RowData> = Row<typeof features, T>;
export type TableHeader<T extends RowData> = Header<typeof features, T, unknown>;
export type TableModel<T extends RowData> = ReturnType<typeof useTableModel<T>>;

/**
 * The one model behind every table: order and choice are held by whoever shows the table, widths by the table itself.
 * Rows come in their order from the server and are not sorted again here.
 */
export function useTableModel<T extends RowData>(props: TableProps<T>) {
  const { columns, rows, rowKey, sort, onSort, choice, groups, list } = props;
  const [kept] = useState(() => keptWidths(list));
  const definitions = useMemo(() => columns.map((column) => definitionOf(column, groups)), [columns, groups]);
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: rowKey,
    autoResetAll: false,
    state: {
      sorting: sortingOf(sort),
      rowSelection: selectionOf(choice),
      grouping: groups ? [groups.column] : [],
      expanded: groups ? openGroups(rows, groups) : true,
    },
    initialState: { columnSizing: kept },
    manualSorting: true,
    sortDescFirst: true,
    enableSortingRemoval: false,
    maxMultiSortColCount: MOST_SORTS,
    groupedColumnMode: false,
    onSortingChange: (change) => {
      const next = functionalUpdate(change, sortingOf(sort)).filter(({ id }) => columns.some(({ key }) => key === id));
      if (next.length > 0) onSort?.(next.map(({ id, desc }) => ({ field: id, direction: desc ? 'desc' : 'asc' })));
    },
    enableRowSelection: (row) => Boolean(choice?.may(row.original)),
    isRowRangeSelectionEvent: (event) => isShifted(event),
    onRowSelectionChange: (change) => choice?.onChange(chosenBy(change, choice)),
    enableColumnResizing: list !== undefined,
    columnResizeMode: 'onChange',
  });
  useKeptWidths(list, table.state.columnSizing, table.state.columnResizing.isResizingColumn !== false);
  return table;
}

const sortingOf = (sort: SortState[] = []) =>
  sort.map(({ field, direction }) => ({ id: field, desc: direction === 'desc' }));

function definitionOf<T extends RowData>(column: Column<T>, groups?: Groups<T>): ColumnDef<typeof features, T> {
  return {
    id: column.key,
    minSize: LEAST_WIDTH,
    size: typeof column.width === 'number' ? column.width : undefined,
    enableSorting: Boolean(column.sortable),
    // A column without a value of its own would not be sorted: the server knows the value.
    accessorFn: () => null,
    getGroupingValue: groups?.column === column.key ? groups.of : undefined,
  };
}

const openGroups = <T>(rows: T[], { column, of, closed }: Groups<T>) =>
  Object.fromEntries(rows.map((row) => [`${column}:${of(row)}`, !closed.has(of(row))]));

function isShifted(event: unknown): boolean {
  const { nativeEvent } = event as { nativeEvent?: Partial<MouseEvent> };
  return nativeEvent?.shiftKey === true;
}

const selectionOf = <T>(choice?: Choice<T>): RowSelectionState =>
  Object.fromEntries([...(choice?.chosen ?? [])].map((key) => [key, true as const]));

/** The keys chosen after a change; what stands on other pages stays, and no more than goes at once. */
function chosenBy<T>(
  change: RowSelectionState | ((old: RowSelectionState) => RowSelectionState),
  choice: Choice<T>,
): string[] {
  return Object.keys(functionalUpdate(change, selectionOf(choice))).slice(0, choice.most);
}

/** Keep the widths of a list once the edge of a column is let go. */
function useKeptWidths(list: string | undefined, widths: Widths, moving: boolean): void {
  const [moved, setMoved] = useState(false);
  useEffect(() => {
    if (moving) setMoved(true);
    else if (moved) {
      setMoved(false);
      if (list !== undefined) keepWidths(list, widths);
    }
  }, [list, widths, moving, moved]);
}
