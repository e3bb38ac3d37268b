import type { RowData } from '@tanstack/react-table';
import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { isTyping } from '../hooks';
import type { TableRow } from './model';

type Given<T extends RowData> = {
  rows: TableRow<T>[];
  body: RefObject<HTMLElement | null>;
  open: (row: T) => void;
  edit: (row: TableRow<T>, column: string | undefined) => void;
  /** Brings a row into sight that is not drawn. */
  reach?: (index: number) => void;
};

const CELLS = 'td.editable';

/**
 * Going through rows by keys: up, down, first and last; Enter opens, Space chooses, right and left go to the cells that
 * can be changed, F2 changes one. One row at a time is reached by Tab.
 */
export function useRowKeys<T extends RowData>({ rows, body, open, edit, reach }: Given<T>) {
  const [active, setActive] = useState<string | null>(null);
  const wanted = useRef<{ row: string; column?: string } | null>(null);
  const first = rows.findIndex((row) => !row.getIsGrouped());
  const found = active === null ? -1 : rows.findIndex((row) => row.id === active);
  const at = found < 0 ? first : found;

  const rowOf = (key: string) => body.current?.querySelector<HTMLElement>(`tr[data-uid="${CSS.escape(key)}"]`);
  // A row that was far away is drawn only now.
  useEffect(() => {
    const want = wanted.current;
    const row = want && rowOf(want.row);
    if (!row) return;
    wanted.current = null;
    const cell = want.column && row.querySelector<HTMLElement>(`${CELLS}[data-column="${CSS.escape(want.column)}"]`);
    (cell || row).focus();
  });

  const focus = (row: string, column?: string) => {
    wanted.current = { row, column };
    setActive(row);
  };
  const go = (from: number, step: 1 | -1, column?: string) => {
    const index = nextRow(rows, from, step);
    const row = rows[index];
    if (!row) return;
    if (!rowOf(row.id)) reach?.(index);
    focus(row.id, column);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const line = target.closest<HTMLElement>('tr[data-uid]');
    const index = rows.findIndex((row) => row.id === line?.dataset.uid);
    const row = rows[index];
    if (!row || !line || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(target) || target.closest('.editing')) return;
    const cell = target.closest<HTMLElement>(CELLS);
    const ofRow = target === line || target === cell;
    const column = cell?.dataset.column;
    const acts: Record<string, (() => void) | false> = {
      ArrowDown: () => go(index + 1, 1, column),
      ArrowUp: () => go(index - 1, -1, column),
      Home: () => go(0, 1, column),
      End: () => go(rows.length - 1, -1, column),
      ArrowRight: () => beside(line, cell, 1),
      ArrowLeft: () => beside(line, cell, -1),
      F2: () => edit(row, column),
      Enter: ofRow && (() => (cell ? edit(row, column) : open(row.original))),
      ' ': ofRow && row.getCanSelect() && (() => row.toggleSelected()),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  return { onKeyDown, at, take: setActive, focus };
}

/** The place of the first row from a place on that is no head of a group; -1 where there is none. */
function nextRow<T extends RowData>(rows: TableRow<T>[], from: number, step: 1 | -1): number {
  let index = from;
  while (rows[index]?.getIsGrouped()) index += step;
  return index < rows.length ? index : -1;
}

/** From a row to its cells that can be changed, and back. */
function beside(line: HTMLElement, cell: HTMLElement | null, step: 1 | -1): void {
  const stops = [line, ...line.querySelectorAll<HTMLElement>(CELLS)];
  stops[stops.indexOf(cell ?? line) + step]?.focus();
}
