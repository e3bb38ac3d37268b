import type { RowData } from '@tanstack/react-table';
import { useLayoutEffect, useRef } from 'react';
import { Body } from './Body';
import { alignClass, Head } from './Head';
import { useTableModel, type TableModel } from './model';
import type { TableProps } from './types';
import { drawnWidths, fittingWidths, widthsOfCutNumbers } from './widths';

/** From so many rows on only those in sight are drawn. */
export const MANY = 100;
const BOX_WIDTH = 38;

export function Grid<T extends RowData>(props: TableProps<T>) {
  const table = useTableModel(props);
  const shown = useRef<HTMLTableElement>(null);
  const wrap = useRef<HTMLDivElement>(null);
  const rows = table.getRowModel().rows;
  const many = rows.length > MANY;
  const sized = useWidths(table, props, shown, many);
  const grid = props.choice !== undefined || props.columns.some((column) => column.edit);
  return (
    <div ref={wrap} className={many ? 'table-wrap many' : 'table-wrap'}>
      <table
        ref={shown}
        className={['grid', props.roomy ? 'roomy' : '', sized ? 'sized' : ''].filter(Boolean).join(' ')}
        style={sized ? { minWidth: table.getTotalSize() + (props.choice ? BOX_WIDTH : 0) } : undefined}
        role={grid ? 'grid' : undefined}
        aria-multiselectable={props.choice ? true : undefined}
        aria-rowcount={many ? rows.length + 1 + (props.total ? 1 : 0) : undefined}
      >
        {sized && <Columns table={table} choice={props.choice !== undefined} />}
        <Head table={table} shown={shown} props={props} />
        <Body rows={rows} many={many} wrap={wrap} props={props} />
        {props.total && <Foot props={props} total={props.total} />}
      </table>
    </div>
  );
}

/** Widths that hold; the last column takes what the others leave. */
function Columns<T extends RowData>({ table, choice }: { table: TableModel<T>; choice: boolean }) {
  const headers = table.getFlatHeaders();
  return (
    <colgroup>
      {choice && <col style={{ width: BOX_WIDTH }} />}
      {headers.map((header, index) => (
        <col key={header.id} style={index < headers.length - 1 ? { width: header.getSize() } : undefined} />
      ))}
    </colgroup>
  );
}

function Foot<T extends RowData>({ props, total }: { props: TableProps<T>; total: Record<string, React.ReactNode> }) {
  return (
    <tfoot>
      <tr>
        {props.choice && <td />}
        {props.columns.map((column) => (
          <td key={column.key} className={alignClass(column)}>
            {total[column.key]}
          </td>
        ))}
      </tr>
    </tfoot>
  );
}

type Shown = React.RefObject<HTMLTableElement | null>;

/**
 * Whether the columns have widths of their own: somebody gave them, or the rows are so many that those in sight, which
 * change while one scrolls, may not decide. A column that joins them is as wide as what stands in it.
 */
function useWidths<T extends RowData>(
  table: TableModel<T>,
  props: TableProps<T>,
  shown: Shown,
  many: boolean,
): boolean {
  const widths = table.state.columnSizing;
  const sized = many || props.columns.some((column) => widths[column.key] !== undefined);
  const missing = sized && props.columns.some((column) => widths[column.key] === undefined);
  useLayoutEffect(() => {
    if (!missing || !shown.current) return;
    const none = Object.keys(widths).length === 0;
    table.setColumnSizing({ ...(none ? drawnWidths(shown.current) : fittingWidths(shown.current)), ...widths });
  }, [missing, shown, table, widths]);
  const rows = table.getRowModel().rows;
  useLayoutEffect(() => {
    if (!sized || missing || !shown.current) return;
    const wider = widthsOfCutNumbers(shown.current);
    if (Object.keys(wider).length > 0) table.setColumnSizing({ ...widths, ...wider });
  }, [sized, missing, shown, table, widths, rows]);
  return sized && !missing;
}
