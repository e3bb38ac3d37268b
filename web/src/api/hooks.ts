import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from './client';
import type { Me, PageAnswer } from '.';

const ME = queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => api.get('/me', { signal }), staleTime: 60_000 });

export function useMe() {
  return useQuery(ME);
}

/** The business day whose data should be there by now; asked with who is signed in, never by itself. */
export function useDataDue(): string | undefined {
  return useQuery({ ...ME, enabled: false }).data?.clock.data_due;
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

/** A page of a record, or a desk, for one of the units below if `unit` says so. */
export function usePage(key: string, record?: string, unit?: string) {
  return useQuery({
    queryKey: ['page', key, record ?? null, unit ?? null],
    queryFn: ({ signal }) => api.get('/pages/{key}', { path: { key }, query: { record, unit }, signal }),
  });
}

/** Asks for one block of a page again and leaves the others as they are. */
export function useBlockRetry(key: string, record?: string, unit?: string): (block: string) => Promise<void> {
  const client = useQueryClient();
  return async (block) => {
    const fresh = await api.get('/pages/{key}', { path: { key }, query: { record, block, unit } });
    client.setQueryData<PageAnswer>(
      ['page', key, record ?? null, unit ?? null],
      (shown) => shown && { ...shown, blocks: { ...shown.blocks, ...fresh.blocks } },
    );
  };
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
