import { keepPreviousData, queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import { api, ApiError } from '../../api/client';
import type { Expression, ObjectMeta, RecordQuery, Sort } from '../../api';
import { compile, newGroup, type Row } from '../../kit/condition/model';
import { useFieldTerms } from '../../kit/condition/vocabulary';
import { searchRest, useDebounced, useListName } from '../../kit/hooks';
import { useLeaving } from '../../kit/unsaved';
import { forgetWidths } from '../../kit/table/widths';
import type { Belonging, Given } from './given';
import { listedFields } from './listed';
import type { Place, Shown } from './shown';

const PAGE = 50;

/**
 * The state of one list: what is asked, in which order, which columns, which page. It begins as `first` and is told to
 * `onShown` whenever it has settled. Whose records it has and where they `belong` is not its own to change.
 */
export function useRecordList(
  meta: ObjectMeta,
  { parent, belong }: { parent: Given | null; belong: Belonging },
  first: Shown,
  onShown: (shown: Shown) => void,
) {
  const [refinement, setRefinement] = useState(first.refinement);
  const [rows, setRows] = useState<Row[]>(first.rows);
  const [q, setQ] = useState(first.q);
  const [sort, setSort] = useState<Sort[]>(first.sort);
  const { columns, ...own } = useOwnColumns(meta, first.columns);
  const grouping = useGrouping(first);
  const [place, setPlace] = useState<Place>(first.place);
  const terms = useFieldTerms(meta.fields);
  const condition = useMemo(() => compile(newGroup('all', rows), terms.typeOf).expression ?? undefined, [rows, terms]);
  const settled = useDebounced(
    useMemo(() => ({ condition, q: q.trim() || undefined }), [condition, q]),
    searchRest(q),
  );
  const of = parent ? { field: parent.key, uid: parent.uid } : undefined;
  const filter = { refinement, condition: settled.condition, q: settled.q, of, ...belong };
  const query: RecordQuery = { ...filter, sort, columns, cursor: place.cursor, limit: PAGE };

  const page = useRecordPage(meta, query);
  const stale = place.cursor !== undefined && page.error instanceof ApiError && page.error.code === 'bad_cursor';
  useEffect(() => {
    if (stale) setPlace({ from: 1 }); // an address of before the list had this order
  }, [stale]);
  const asked = settled.q ?? '';
  const named = columns.join();
  const tell = useEffectEvent(() => onShown({ refinement, rows, q: asked, sort, columns, ...grouping.held, place }));
  useEffect(() => tell(), [refinement, rows, asked, sort, named, grouping.held, place]);
  const leave = useLeaving();
  const back =
    <T>(set: (value: T) => void) =>
    (value: T) =>
      leave(() => {
        setPlace({ from: 1 });
        set(value);
      });
  const go = (cursor: string | null | undefined, from: number) => {
    if (cursor) leave(() => setPlace({ cursor, from }));
  };
  return {
    refinement,
    setRefinement: back(setRefinement),
    rows,
    setRows: back(setRows),
    q,
    setQ: back(setQ),
    sort,
    setSort: back<Sort[]>(setSort),
    columns,
    setColumns: (next: string[] | null) => leave(() => own.set(next)),
    /** What its widths are kept under, and the life in which they are. */
    own,
    ...grouping,
    setGroup: (group: string | null) => leave(() => grouping.setGroup(group)),
    setClosed: (closed: string[]) => leave(() => grouping.setClosed(closed)),
    terms,
    of,
    belong,
    filter,
    page,
    from: place.from,
    next: () => go(page.data?.next_cursor, place.from + PAGE),
    previous: () => go(page.data?.previous_cursor, Math.max(1, place.from - PAGE)),
  };
}

function useRecordPage(meta: ObjectMeta, query: RecordQuery) {
  return useQuery({
    queryKey: ['records', meta.key, query],
    queryFn: ({ signal }) => api.post('/objects/{object}/query', { path: { object: meta.key }, body: query, signal }),
    placeholderData: keepPreviousData,
  });
}

/** By which field rows stand together; another field begins with all groups open. */
function useGrouping(first: Shown) {
  const [held, hold] = useState({ group: first.group, closed: first.closed });
  return {
    ...held,
    held,
    setGroup: (group: string | null) => hold({ group, closed: [] }),
    setClosed: (closed: string[]) => hold({ ...held, closed }),
  };
}

export type RecordList = ReturnType<typeof useRecordList>;
export type Filter = Pick<RecordQuery, 'refinement' | 'q' | 'of' | 'unit' | 'served_by'> & { condition?: Expression };

/** The whole list in groups of one field, with counts and sums; nothing without a field. */
export function useRecordGroups(object: string, filter: Filter, by: string | undefined, sums: string[]) {
  return useQuery({
    queryKey: ['record-groups', object, filter, by, sums],
    queryFn: ({ signal }) =>
      api.post('/objects/{object}/groups', { path: { object }, body: { ...filter, by: by ?? '', sums }, signal }),
    enabled: by !== undefined,
    retry: false,
  });
}

const countOf = (object: string, filter: Filter, exact: boolean) =>
  queryOptions({
    queryKey: ['record-count', object, filter, exact],
    queryFn: ({ signal }) =>
      api.post('/objects/{object}/count', { path: { object }, body: { ...filter, exact }, signal }),
    staleTime: 60_000,
  });

export const useRecordCount = (object: string, filter: Filter, exact = false, enabled = true) =>
  useQuery({ ...countOf(object, filter, exact), enabled, placeholderData: keepPreviousData });

/** How many there are by each of several questions. */
export const useRecordCounts = (object: string, filters: Filter[]) =>
  useQueries({ queries: filters.map((filter) => countOf(object, filter, false)) });

type OwnColumns = { name: string; columns: string[]; set: (columns: string[] | null) => void; life: number };

/** The columns of a list: those of its address, or else those that the viewer chose last; as usual, in a new `life`. */
function useOwnColumns(meta: ObjectMeta, given: string[] | null): OwnColumns {
  const name = useListName(`records.${meta.key}`);
  const key = `zhike.columns.${name}`;
  const [life, setLife] = useState(0);
  const [stored, setStored] = useState<string[] | null>(() => {
    if (given) return given;
    try {
      return JSON.parse(localStorage.getItem(key) ?? 'null') as string[] | null;
    } catch {
      return null;
    }
  });
  const known = new Set(listedFields(meta).map((field) => field.key));
  const columns = (stored ?? meta.list.columns).filter((column) => known.has(column));
  const set = (next: string[] | null) => {
    if (next) localStorage.setItem(key, JSON.stringify(next));
    else {
      localStorage.removeItem(key);
      forgetWidths(name);
      setLife(life + 1);
    }
    setStored(next);
  };
  return { name, columns, set, life };
}
