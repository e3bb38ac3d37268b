import { queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { Expression } from '../../api';
import { useText } from '../../kit/i18n';
import { isSentence, type Sentence, type TreeNode } from '../../kit/condition/model';

const wordsQuery = (condition: Expression) =>
  queryOptions({
    queryKey: ['audience-words', condition],
    queryFn: ({ signal }) => api.post('/audiences/words', { body: { condition }, signal }),
    staleTime: Infinity,
  });

type Asked = { data?: { words: { zh: string; en: string } }; error: Error | null };

/** What cannot be edited row by row, in words. One that cannot be read any more says why. */
function useSaying(): (asked: Asked) => string {
  const { t, label } = useText();
  return ({ data, error }) => {
    if (error) return t('tree.sentenceFailed', { reason: error.message });
    return data ? label(data.words) : '…';
  };
}

export function useSentence(condition: Expression): string {
  const say = useSaying();
  return say(useQuery(wordsQuery(condition)));
}

export function useSentences(nodes: TreeNode[]): (node: Sentence) => string {
  const say = useSaying();
  const sentences = nodes.filter(isSentence);
  const asked = useQueries({ queries: sentences.map(({ expression }) => wordsQuery(expression)) });
  return (node) => {
    const found = asked[sentences.findIndex(({ id }) => id === node.id)];
    return found ? say(found) : '…';
  };
}
