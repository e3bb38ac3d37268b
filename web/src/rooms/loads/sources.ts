import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import { useText } from '../../kit/i18n';

export function useSources() {
  return useQuery({
    queryKey: ['load-sources'],
    queryFn: ({ signal }) => api.get('/sources', { signal }),
    staleTime: 300_000,
  });
}

/** What a source is called, by its key. */
export function useSourceName(): (key: string) => string {
  const { label } = useText();
  const { data } = useSources();
  return (key) => label(data?.items.find((source) => source.key === key)?.labels) || key;
}
