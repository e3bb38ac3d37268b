import type { RowData } from '@tanstack/react-table';
import type { ReactNode } from 'react';

/** A cell that can be changed where it stands: in which rows, and in what; whoever is done with it calls `close`. */
export type CellEdit<T> = { may: (row: T) => boolean; editor: (row: T, close: () => void) => ReactNode };
export type Column<T> = {
  key: string;
  title: ReactNode;
  align?: 'left' | 'right' | 'center';
  width?: number | string;
  sortable?: boolean;
  tight?: boolean;
  render: (row: T) => ReactNode;
  edit?: CellEdit<T>;
};
export type SortState = { field: string; direction: 'asc' | 'desc' };
export type TwoLine = { lead?: ReactNode; title: ReactNode; sub?: ReactNode; end?: ReactNode; endSub?: ReactNode };
/** Rows chosen for one act on several: those that `may` be have a box, which `name` calls; at most `most` are. */
export type Choice<T> = {
  chosen: ReadonlySet<string>;
  may: (row: T) => boolean;
  name: (row: T) => string;
  most: number;
  onChange: (keys: string[]) => void;
  /** What the box over all rows shown is called; without it there is none. */
  all?: string;
};
/** Rows under heads: those that are `of` one group stand together, and a group that is `closed` shows its head only. */
export type Groups<T> = {
  column: string;
  of: (row: T) => string;
  head: (rows: T[]) => ReactNode;
  closed: ReadonlySet<string>;
  onToggle: (group: string) => void;
};

export type TableProps<T extends RowData> = {
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  /** How a row reads on a phone: two lines, not a shrunken table. */
  twoLine: (row: T) => TwoLine;
  path?: (row: T) => string | undefined;
  onOpen?: (row: T) => void;
  rowClass?: (row: T) => string;
  selected?: string;
  /** By what the rows are ordered, what counts first standing first; a click with Shift adds a column. */
  sort?: SortState[];
  onSort?: (sort: SortState[]) => void;
  total?: Record<string, ReactNode>;
  choice?: Choice<T>;
  groups?: Groups<T>;
  /** The name under which this list keeps the widths of its columns; without it they cannot be changed. */
  list?: string;
  testId?: string;
  roomy?: boolean;
};
