import { keepPreviousData, skipToken, useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../../api/client';
import type { Expression, Preview } from '../../api';
import { compile, hasUnfinished, prefixes, type Group, type TreeNode } from '../../kit/condition/model';
import type { Terms } from '../../kit/condition/vocabulary';
import { useDebounced } from '../../kit/hooks';

const WAIT = 300;
const MAX_STEPS = 6;

export type NarrowingStep = { child: TreeNode; count: number | undefined };

/** The count of the tree while it is built: debounced, an overtaken request is aborted. */
export function useLiveCount(root: Group, terms: Terms) {
  const settled = useDebounced(root, WAIT);
  const { expression, paths, tests } = useMemo(() => compile(settled, terms.typeOf), [settled, terms]);
  const preview = useQuery({
    queryKey: ['audience-preview', expression],
    queryFn:
      expression && terms.entries.size > 0
        ? ({ signal }) =>
            api.post('/audiences/preview', { body: { condition: expression, nodes: true, unknown: true }, signal })
        : skipToken,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const current = preview.data && !preview.isPlaceholderData ? preview.data : undefined;
  const byPath = useMemo(() => new Map(current?.nodes.map((node) => [node.path, node])), [current]);
  const steps = useNarrowing(settled, terms, current);
  return {
    expression,
    unfinished: hasUnfinished(root),
    preview,
    steps,
    countOf: (id: string): number | undefined => {
      const path = paths.get(id);
      return path === undefined ? undefined : (byPath.get(path)?.count ?? (path === '' ? current?.count : undefined));
    },
    /** How many of those looked at lack the value that a row asks for, whatever it says of them. */
    unknownOf: (id: string): number | undefined => {
      const path = tests.get(id);
      return path === undefined ? undefined : byPath.get(path)?.unknown;
    },
  };
}

/** How many are left after the first, the first two … conditions. The last step is the count itself. */
function useNarrowing(root: Group, terms: Terms, current: Preview | undefined): NarrowingStep[] {
  const steps = useMemo(() => prefixes(root, terms.typeOf).slice(0, MAX_STEPS), [root, terms]);
  const queries = useQueries({
    queries: steps.map((step, index) => ({
      queryKey: ['audience-count', step.expression],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.post('/audiences/preview', { body: { condition: step.expression, nodes: false }, signal }),
      enabled: current !== undefined && index < steps.length - 1,
      staleTime: 60_000,
    })),
  });
  return steps.map((step, index) => ({
    child: step.child,
    count: index === steps.length - 1 ? current?.count : queries[index]?.data?.count,
  }));
}

export function useSample(condition: Expression | null, seed: number) {
  return useQuery({
    queryKey: ['audience-sample', condition, seed],
    queryFn: condition
      ? ({ signal }) => api.post('/audiences/sample', { body: { condition, seed }, signal })
      : skipToken,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}
