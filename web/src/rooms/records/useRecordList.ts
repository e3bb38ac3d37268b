import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api } from '../../api/client';
import type { Expression, ObjectMeta, RecordQuery, Sort } from '../../api';
import { compile, newGroup, type Row } from '../../kit/condition/model';
import { useFieldTerms } from '../../kit/condition/vocabulary';
import { searchRest, useDebounced } from '../../kit/hooks';
import type { Given } from './given';

const PAGE = 50;
type Place = { cursor?: string; from: number };

/** The state of one list: what is asked, in which order, which columns, which page. */
export function useRecordList(meta: ObjectMeta, parent: Given | null) {
  const [refinement, setRefinement] = useState<string | undefined>(meta.list.tabs[0]);
  const [rows, setRows] = useState<Row[]>([]);
  const [q, setQ] = useState('');
  const [sort, setSort] = useState<Sort | null>(meta.list.sort);
  const [columns, setColumns] = useStoredColumns(meta);
  const [place, setPlace] = useState<Place>({ from: 1 });
  const terms = useFieldTerms(meta.fields);
  const condition = useMemo(() => compile(newGroup('all', rows), terms.typeOf).expression ?? undefined, [rows, terms]);
  const settled = useDebounced(useMemo(() => ({ condition, q: q.trim() || undefined }), [condition, q]), searchRest(q));
  const of = parent ? { field: parent.key, uid: parent.uid } : undefined;
  const filter = { refinement, condition: settled.condition, q: settled.q, of };
  const query: RecordQuery = { ...filter, sort: sort ?? undefined, columns, cursor: place.cursor, limit: PAGE };

  const page = useQuery({
    queryKey: ['records', meta.key, query],
    queryFn: ({ signal }) => api.post('/objects/{object}/query', { path: { object: meta.key }, body: query, signal }),
    placeholderData: keepPreviousData,
  });
  const back = <T>(set: (value: T) => void) => (value: T) => {
    setPlace({ from: 1 });
    set(value);
  };
  return {
    refinement, setRefinement: back(setRefinement),
    rows, setRows: back(setRows),
    q, setQ: back(setQ),
    sort, setSort: back<Sort | null>(setSort),
    columns, setColumns,
    terms, of, filter, page,
    from: place.from,
    next: () => page.data?.next_cursor && setPlace({ cursor: page.data.next_cursor, from: place.from + PAGE }),
    previous: () => page.data?.previous_cursor && setPlace({ cursor: page.data.previous_cursor, from: Math.max(1, place.from - PAGE) }),
  };
}

export type RecordList = ReturnType<typeof useRecordList>;
export type Filter = Pick<RecordQuery, 'refinement' | 'q' | 'of'> & { condition?: Expression };

export function useRecordCount(object: string, filter: Filter, exact = false, enabled = true) {
  return useQuery({
    queryKey: ['record-count', object, filter, exact],
    queryFn: ({ signal }) => api.post('/objects/{object}/count', { path: { object }, body: { ...filter, exact }, signal }),
    enabled,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
}

function useStoredColumns(meta: ObjectMeta): [string[], (columns: string[] | null) => void] {
  const key = `zhike.columns.${meta.key}`;
  const [stored, setStored] = useState<string[] | null>(() => {
    try {
      return JSON.parse(localStorage.getItem(key) ?? 'null') as string[] | null;
    } catch {
      return null;
    }
  });
  const known = new Set(meta.fields.map((field) => field.key));
  const columns = (stored ?? meta.list.columns).filter((column) => known.has(column));
  const set = (next: string[] | null) => {
    if (next) localStorage.setItem(key, JSON.stringify(next));
    else localStorage.removeItem(key);
    setStored(next);
  };
  return [columns, set];
}
