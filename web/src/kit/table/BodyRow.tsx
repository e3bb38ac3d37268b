import type { RowData } from '@tanstack/react-table';
import { memo, type ReactNode } from 'react';
import { useText } from '../i18n';
import { Icon } from '../Icon';
import { Box } from './Box';
import { alignClass } from './Head';
import type { TableRow } from './model';
import type { Column, Groups, TableProps } from './types';

/** What is done with a row; the same functions in every drawing. */
export type RowActs<T extends RowData> = {
  open: (row: T) => void;
  edit: (row: TableRow<T>, column: string | undefined) => void;
  close: () => void;
  /** It becomes the row that the Tab key reaches. */
  take: (key: string) => void;
};

type RowProps<T extends RowData> = {
  row: TableRow<T>;
  index: number;
  props: TableProps<T>;
  acts: RowActs<T>;
  /** Whether the Tab key reaches it, and which of its cells is being changed. */
  first: boolean;
  editing: string | null;
  measure?: (element: HTMLElement | null) => void;
};

/** One row; drawn again only when something of it changes, so that going through many is quick. */
export const BodyRow = memo(function BodyRow<T extends RowData>(given: RowProps<T>) {
  const { row, index, props, acts, first, editing, measure } = given;
  const { columns, path, onOpen, rowClass, selected, choice, testId = 'row' } = props;
  const goes = Boolean(onOpen ?? path?.(row.original));
  const on = selected === row.id || row.getIsSelected();
  const reached = goes || choice !== undefined || columns.some((column) => column.edit);
  return (
    <tr
      ref={measure}
      data-index={index}
      data-testid={testId}
      data-uid={row.id}
      tabIndex={reached ? (first ? 0 : -1) : undefined}
      aria-selected={choice ? row.getIsSelected() : undefined}
      aria-rowindex={measure ? index + 2 : undefined}
      className={`${goes ? 'go' : ''} ${on ? 'on' : ''} ${rowClass?.(row.original) ?? ''}`}
      onFocus={() => acts.take(row.id)}
      onClick={(event) => {
        const inside = (event.target as HTMLElement).closest('a, button, input, .choose, .editable, .editing');
        if (goes && !inside && isOfPage(event)) acts.open(row.original);
      }}
    >
      {choice && (
        <td className="choose">
          <Box row={row.original} id={row.id} choice={choice} onToggle={row.getToggleSelectedHandler()} />
        </td>
      )}
      {columns.map((column) => (
        <Cell key={column.key} row={row} column={column} acts={acts} editing={editing === column.key} />
      ))}
    </tr>
  );
}) as <T extends RowData>(given: RowProps<T>) => ReactNode;

/** Layers that are drawn elsewhere, as the menu of an editor, tell their clicks here, too. */
const isOfPage = (event: React.MouseEvent) => event.currentTarget.contains(event.target as Node);

type CellProps<T extends RowData> = { row: TableRow<T>; column: Column<T>; acts: RowActs<T>; editing: boolean };

function Cell<T extends RowData>({ row, column, acts, editing }: CellProps<T>) {
  const { t } = useText();
  const align = alignClass(column);
  if (!column.edit?.may(row.original)) return <td className={align}>{column.render(row.original)}</td>;
  if (editing)
    return (
      <td className={`${align} editing`} data-column={column.key}>
        <span className="under">{column.render(row.original)}</span>
        <span className="over">{column.edit.editor(row.original, acts.close)}</span>
      </td>
    );
  return (
    <td
      className={`${align} editable`}
      data-column={column.key}
      data-hint
      tabIndex={-1}
      title={t('table.editHint')}
      onDoubleClick={() => acts.edit(row, column.key)}
    >
      {column.render(row.original)}
    </td>
  );
}

type GroupProps<T extends RowData> = Pick<RowProps<T>, 'row' | 'index' | 'props' | 'measure'> & { groups: Groups<T> };

export function GroupRow<T extends RowData>({ row, index, props, groups, measure }: GroupProps<T>) {
  const rows = row.getLeafRows().map((one) => one.original);
  const open = row.getIsExpanded();
  return (
    <tr
      ref={measure}
      data-index={index}
      className="group-head"
      data-testid="group"
      data-group={String(row.groupingValue)}
    >
      <th scope="rowgroup" colSpan={props.columns.length + (props.choice ? 1 : 0)}>
        <button
          type="button"
          className="plain"
          aria-expanded={open}
          onClick={() => groups.onToggle(String(row.groupingValue))}
        >
          <Icon name={open ? 'down' : 'right'} size={12} />
          {groups.head(rows)}
        </button>
      </th>
    </tr>
  );
}
