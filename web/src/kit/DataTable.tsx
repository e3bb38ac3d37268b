import type { RowData } from '@tanstack/react-table';
import { useIsPhone } from './hooks';
import { Grid } from './table/Grid';
import { TwoLineList } from './table/TwoLineList';
import type { TableProps } from './table/types';

export type { CellEdit, Choice, Column, Groups, SortState, TwoLine } from './table/types';

/** Every list of the product: a table with a head, or two lines a row on a phone. */
export function DataTable<T extends RowData>(props: TableProps<T>) {
  const phone = useIsPhone();
  return phone ? <TwoLineList {...props} /> : <Grid {...props} />;
}
