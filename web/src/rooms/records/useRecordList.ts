import { keepPreviousData, queryOptions, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import { api, ApiError } from '../../api/client';
import type { Expression, ObjectMeta, RecordQuery, Sort } from '../../api';
import { compile, newGroup, type Row } from '../../kit/condition/model';
import { useFieldTerms } from '../../kit/condition/vocabulary';
import { searchRest, useDebounced, useListName } from '../../kit/hooks';
import { useLeaving } from '../../kit/unsaved';
import { forgetWidths } from '../../kit/table/widths';
import { listedFields } from './listed';
import { refusedBy, type PlaceKind, type Places } from './places';
import type { Shown } from './shown';

const PAGE = 50;

/**
 * The state of one list: what is asked, in which order, which columns, which page. It begins as `first` and is told to
 * `onShown` whenever it has settled. Whose records it has and where they `belong` is not its own to change: of a place that
 * its reader may not ask about, and of a page that is not this reader's, `onLost` is told.
 */
export function useRecordList(
  meta: ObjectMeta,
  places: Places,
  first: Shown,
  onShown: (shown: Shown) => void,
  onLost: (lost: PlaceKind | 'cursor') => void,
) {
  const { parent, belong } = places;
  const [refinement, setRefinement] = useState(first.refinement);
  const [rows, setRows] = useState<Row[]>(first.rows);
  const [q, setQ] = useState(first.q);
  const [sort, setSort] = useState<Sort[]>(first.sort);
  const { columns, ...own } = useOwnColumns(meta, first.columns);
  const grouping = useGrouping(first);
  const [cursor, setCursor] = useState(first.cursor);
  const terms = useFieldTerms(meta.fields);
  const condition = useMemo(() => compile(newGroup('all', rows), terms.typeOf).expression ?? undefined, [rows, terms]);
  const settled = useDebounced(
    useMemo(() => ({ condition, q: q.trim() || undefined }), [condition, q]),
    searchRest(q),
  );
  const of = parent ? { field: parent.key, uid: parent.uid } : undefined;
  const filter = { refinement, condition: settled.condition, q: settled.q, of, ...belong };
  // Rows stand together by what need not be one of their columns.
  const { group } = grouping;
  const read = group === null || columns.includes(group) ? columns : [...columns, group];
  const query: RecordQuery = { ...filter, sort, columns: read, cursor, limit: PAGE };

  const page = useRecordPage(meta, query);
  useCountedWith(meta.key, page.data?.as_of.records);
  const isStale = cursor !== undefined && page.error instanceof ApiError && page.error.code === 'bad_cursor';
  const lost = isStale ? 'cursor' : refusedBy(page.error, places);
  const lose = useEffectEvent((one: PlaceKind | 'cursor') => {
    if (one === 'cursor') setCursor(undefined);
    onLost(one);
  });
  useEffect(() => {
    if (lost) lose(lost);
  }, [lost]);
  const asked = settled.q ?? '';
  const named = columns.join();
  const tell = useEffectEvent(() => onShown({ refinement, rows, q: asked, sort, columns, ...grouping.held, cursor }));
  const where = JSON.stringify([of, belong]);
  useEffect(() => tell(), [refinement, rows, asked, sort, named, grouping.held, cursor, where]);
  const leave = useLeaving();
  const back =
    <T>(set: (value: T) => void) =>
    (value: T) =>
      leave(() => {
        setCursor(undefined);
        set(value);
      });
  const go = (next: string | null | undefined) => {
    if (next) leave(() => setCursor(next));
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
    parent,
    of,
    belong,
    filter,
    page,
    next: () => go(page.data?.next_cursor),
    previous: () => go(page.data?.previous_cursor),
  };
}

function useRecordPage(meta: ObjectMeta, query: RecordQuery) {
  return useQuery({
    queryKey: ['records', meta.key, query],
    queryFn: ({ signal }) => api.post('/objects/{object}/query', { path: { object: meta.key }, body: query, signal }),
    placeholderData: keepPreviousData,
  });
}

const COUNTED: unknown[] = ['record-count', 'record-groups'];
/** Rows and counts that were asked for together are read no further apart than so many milliseconds. */
const AT_ONCE = 2_000;

/**
 * What is counted of a list is of the state that its rows are of: counted again where the rows were read later. What is
 * being counted is waited for, so that a list that is opened asks for nothing twice.
 */
function useCountedWith(object: string, readAt: string | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (readAt === undefined) return;
    const isBehind = (data: unknown) => {
      const countedAt = (data as { as_of?: { records?: string } } | undefined)?.as_of?.records;
      return countedAt !== undefined && Date.parse(readAt) - Date.parse(countedAt) > AT_ONCE;
    };
    void client.invalidateQueries(
      {
        predicate: ({ queryKey: [what, of], state }) => COUNTED.includes(what) && of === object && isBehind(state.data),
      },
      { cancelRefetch: false },
    );
  }, [client, object, readAt]);
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
    // It holds until rows are read that are later.
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
