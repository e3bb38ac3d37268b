import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ApiError, standFor } from './client';
import type { Block, Me, PageAnswer, TableBlock, TableData } from '.';

const ME = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    const me = await api.get('/me', { signal });
    standFor(me.employee_no);
    return me;
  },
  staleTime: 60_000,
});

export function useMe() {
  return useQuery(ME);
}

/** The business day whose data should be there by now; asked with who is signed in, never by itself. */
export function useDataDue(): string | undefined {
  return useQuery({ ...ME, enabled: false }).data?.clock.data_due ?? undefined;
}

/** Who is signed in, inside the shell, where it is known. */
export function useCurrentUser(): Me {
  const { data } = useMe();
  if (!data) throw new Error('useCurrentUser outside the signed-in shell');
  return data;
}

export function useCan(operation: string): boolean {
  return useCurrentUser().operations.includes(operation);
}

export function useObjectMeta(object: string) {
  return useQuery({
    queryKey: ['meta', object],
    queryFn: ({ signal }) => api.get('/meta/objects/{object}', { path: { object }, signal }),
    enabled: object !== '',
    staleTime: 300_000,
  });
}

/** A page and what it is narrowed to: of a record, or a desk, for one of the units below by its code. */
export type PageAsked = { page: string; record?: string; unit?: string };

/** Every question about a page carries what it is narrowed to. */
const pageKey = ({ page, record, unit }: PageAsked, block?: string) => [
  'page',
  page,
  record ?? null,
  unit ?? null,
  ...(block === undefined ? [] : [block]),
];

type OfBlock = { block?: string; after?: string; signal?: AbortSignal };

const askPage = ({ page, record, unit }: PageAsked, { signal, ...of }: OfBlock) =>
  api.get('/pages/{key}', { path: { key: page }, query: { record, unit, ...of }, signal });

export function usePage(asked: PageAsked) {
  return useQuery({ queryKey: pageKey(asked), queryFn: ({ signal }) => askPage(asked, { signal }) });
}

/** Asks for one block of a page again and leaves the others as they are. */
export function useBlockRetry(asked: PageAsked): (block: string) => Promise<void> {
  const client = useQueryClient();
  return async (block) => {
    const fresh = await askPage(asked, { block });
    client.setQueryData<PageAnswer>(
      pageKey(asked),
      (shown) => shown && { ...shown, blocks: { ...shown.blocks, ...fresh.blocks } },
    );
  };
}

/** One block of a page that is asked for when somebody has it in sight. */
export function useLaterBlock(asked: PageAsked, block: string, seen: boolean) {
  return useQuery({
    queryKey: pageKey(asked, block),
    queryFn: async ({ signal }) => (await askPage(asked, { block, signal })).blocks[block],
    enabled: seen,
  });
}

/** Adds the rows that follow in a table to those that are shown. */
export function useMoreRows(asked: PageAsked): (block: TableBlock) => Promise<void> {
  const client = useQueryClient();
  return async (shown) => {
    const after = shown.data.next?.after;
    const answer = await askPage(asked, { block: shown.key, after });
    const fresh = answer.blocks[shown.key];
    if (fresh?.kind === 'unavailable') throw new ApiError(500, fresh.error, fresh.error.request_id ?? '');
    if (fresh?.kind !== 'table') return;
    // The columns are those of the first rows; what the later ones need besides stands in their words.
    const together = { ...shown, data: followed(shown.data, fresh.data) };
    const put = (block: Block | undefined) => (block?.kind === 'table' ? together : block);
    client.setQueryData<Block>(pageKey(asked, shown.key), put);
    client.setQueryData<PageAnswer>(pageKey(asked), (page) => {
      const block = page && put(page.blocks[shown.key]);
      return page && block ? { ...page, blocks: { ...page.blocks, [shown.key]: block } } : page;
    });
  };
}

/** A table with the rows that follow; a column that only these have stands where they have it. */
export function followed(shown: TableData, fresh: TableData): TableData {
  const columns = fresh.columns.length > shown.columns.length ? fresh.columns : shown.columns;
  return { ...fresh, columns, rows: [...shown.rows, ...fresh.rows], total: shown.total ?? fresh.total };
}

export function useVocabulary() {
  return useQuery({
    queryKey: ['vocabulary'],
    queryFn: ({ signal }) => api.get('/audiences/vocabulary', { signal }),
    staleTime: 300_000,
  });
}

/** How one record is asked for. */
export const recordQuery = (object: string, uid: string | undefined) =>
  queryOptions({
    queryKey: ['record', object, uid],
    queryFn: ({ signal }) => api.get('/objects/{object}/records/{uid}', { path: { object, uid: uid ?? '' }, signal }),
    enabled: uid !== undefined,
  });

export function useRecord(object: string, uid: string | undefined) {
  return useQuery(recordQuery(object, uid));
}
