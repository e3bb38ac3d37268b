import type { FilePreview } from '../../api';

/** What is chosen for heads of a file: head → the column that the source wants. */
export type Chosen = Record<string, string>;

/** The head that is chosen for a wanted column. */
export const headsFor = (chosen: Chosen, wanted: string): string | undefined =>
  Object.entries(chosen).find(([, name]) => name === wanted)?.[0];

/** The heads that nothing reads yet, each once. */
export function unread(found: Pick<FilePreview, 'heads'>, chosen: Chosen): string[] {
  const free = found.heads.filter((head) => head.title && !head.read_as && !(head.title in chosen));
  return [...new Set(free.map((head) => head.title))];
}
