import { useQuery } from '@tanstack/react-query';
import { api } from './client';
import type { Me, ObjectMeta, PageAnswer, Vocabulary } from './types';

export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: ({ signal }) => api.get<Me>('/me', signal), staleTime: 60_000 });
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
    queryFn: ({ signal }) => api.get<ObjectMeta>(`/meta/objects/${object}`, signal),
    staleTime: 300_000,
  });
}

export function usePage(key: string, record?: string) {
  const suffix = record ? `?record=${encodeURIComponent(record)}` : '';
  return useQuery({
    queryKey: ['page', key, record ?? null],
    queryFn: ({ signal }) => api.get<PageAnswer>(`/pages/${key}${suffix}`, signal),
  });
}

export function useVocabulary() {
  return useQuery({
    queryKey: ['vocabulary'],
    queryFn: ({ signal }) => api.get<Vocabulary>('/audiences/vocabulary', signal),
    staleTime: 300_000,
  });
}
