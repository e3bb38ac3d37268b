import type { RowData } from '@tanstack/react-table';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { Fragment, memo, useEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { useNavigate } from 'react-router';
import { BodyRow, GroupRow, type RowActs } from './BodyRow';
import { useRowKeys } from './keys';
import type { TableRow } from './model';
import type { TableProps } from './types';
import { useLeaving } from '../unsaved';

type BodyProps<T extends RowData> = {
  rows: TableRow<T>[];
  many: boolean;
  wrap: RefObject<HTMLDivElement | null>;
  props: TableProps<T>;
};
type Drawn<T extends RowData> = { row: TableRow<T>; index: number; before: number };

/** The rows; drawn again when they or what is said of them change, not while a column is made wider. */
export const Body = memo(function Body<T extends RowData>(given: BodyProps<T>) {
  return given.many ? <VirtualRows {...given} /> : <AllRows {...given} />;
}) as <T extends RowData>(given: BodyProps<T>) => ReactNode;

function AllRows<T extends RowData>({ rows, props }: BodyProps<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const handling = useHandling(rows, props, body);
  return (
    <tbody ref={body} onKeyDown={handling.onKeyDown} onMouseOver={tellCut}>
      {rows.map((row, index) => (
        <OneRow key={row.id} row={row} index={index} props={props} handling={handling} />
      ))}
    </tbody>
  );
}

/** Only the rows in sight, and the one with the focus, between gaps as high as those that are left out. */
function VirtualRows<T extends RowData>({ rows, wrap, props }: BodyProps<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const scroll = useRef<(index: number) => void>(() => undefined);
  const handling = useHandling(rows, props, body, (index) => scroll.current(index));
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => wrap.current,
    estimateSize: () => (props.roomy ? 38 : 32),
    getItemKey: (index) => rows[index]?.id ?? index,
    initialRect: { width: 1000, height: 800 },
    overscan: 8,
    useFlushSync: false,
    rangeExtractor: (range) => {
      const inSight = defaultRangeExtractor(range);
      const kept = handling.at;
      return kept < 0 || inSight.includes(kept) ? inSight : [...inSight, kept].sort((a, b) => a - b);
    },
  });
  useEffect(() => {
    scroll.current = (index) => virtual.scrollToIndex(index);
  }, [virtual]);
  const items = virtual.getVirtualItems();
  const drawn = items.flatMap(({ index, start }, place): Drawn<T>[] => {
    const row = rows[index];
    return row ? [{ row, index, before: start - (items[place - 1]?.end ?? 0) }] : [];
  });
  return (
    <tbody ref={body} onKeyDown={handling.onKeyDown} onMouseOver={tellCut}>
      {drawn.map(({ row, index, before }) => (
        <Fragment key={row.id}>
          <Gap height={before} />
          <OneRow row={row} index={index} props={props} handling={handling} measure={virtual.measureElement} />
        </Fragment>
      ))}
      <Gap height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} />
    </tbody>
  );
}

function Gap({ height }: { height: number }) {
  return height > 0 ? (
    <tr className="gap" aria-hidden>
      <td style={{ height }} />
    </tr>
  ) : null;
}

type OneProps<T extends RowData> = {
  row: TableRow<T>;
  index: number;
  props: TableProps<T>;
  handling: Handling<T>;
  measure?: (element: HTMLElement | null) => void;
};

function OneRow<T extends RowData>({ handling: { acts, at, editing }, ...given }: OneProps<T>) {
  const { row, index, props } = given;
  if (row.getIsGrouped() && props.groups) return <GroupRow {...given} groups={props.groups} />;
  const changed = editing?.row === row.id ? editing.column : null;
  return <BodyRow {...given} acts={acts} first={at === index} editing={changed} />;
}

type Handling<T extends RowData> = {
  acts: RowActs<T>;
  editing: { row: string; column: string } | null;
  onKeyDown: (event: KeyboardEvent) => void;
  at: number;
};

/** What is done with rows: opened, chosen, gone through by keys, changed in one cell at a time. */
function useHandling<T extends RowData>(
  rows: TableRow<T>[],
  props: TableProps<T>,
  body: RefObject<HTMLElement | null>,
  reach?: (index: number) => void,
): Handling<T> {
  const navigate = useNavigate();
  const leave = useLeaving();
  const [editing, setEditing] = useState<Handling<T>['editing']>(null);
  const open = (row: T) => {
    const target = props.path?.(row);
    if (props.onOpen) props.onOpen(row);
    else if (target) void navigate(target);
  };
  const edit = (row: TableRow<T>, column: string | undefined) => {
    const found = props.columns.find((one) => one.edit?.may(row.original) && (!column || one.key === column));
    if (found) leave(() => setEditing({ row: row.id, column: found.key }));
  };
  const { onKeyDown, at, take, focus } = useRowKeys({ rows, body, open, edit, reach });
  const close = () => {
    if (editing) focus(editing.row, editing.column);
    setEditing(null);
  };
  return { acts: useSteady({ open, edit, close, take }), editing, onKeyDown, at };
}

/** The same functions in every drawing, each of which does what it does in the latest. */
function useSteady<T extends RowData>(acts: RowActs<T>): RowActs<T> {
  const latest = useRef(acts);
  useEffect(() => {
    latest.current = acts;
  });
  const [steady] = useState<RowActs<T>>(() => ({
    open: (row) => latest.current.open(row),
    edit: (row, column) => latest.current.edit(row, column),
    close: () => latest.current.close(),
    take: (key) => latest.current.take(key),
  }));
  return steady;
}

/** A value that its column cuts is told whole under the pointer. */
function tellCut(event: React.MouseEvent) {
  const cell = (event.target as HTMLElement).closest('td');
  if (!cell || cell.querySelector('[title]')) return;
  if (cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent;
  else if (cell.title && !cell.dataset.hint) cell.removeAttribute('title');
}
