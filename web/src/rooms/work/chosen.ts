import type { Reassigned, WorkItem } from '../../api';

/** How many pieces of work are given to somebody else at once; the server takes no more. */
export const MOST = 200;

export const canBeGiven = (item: Pick<WorkItem, 'may'>) => item.may.includes('reassign');

type Row = Pick<WorkItem, 'uid' | 'may'>;

/** Which of the chosen ones the list still shows and can be given: what somebody else did meanwhile is chosen no longer. */
export function standing(items: Row[], chosen: string[]): string[] {
  return items.filter((item) => canBeGiven(item) && chosen.includes(item.uid)).map((item) => item.uid);
}

/** Everything shown that can be given, as much as goes at once. */
export function allOf(items: Row[]): string[] {
  return items
    .filter(canBeGiven)
    .slice(0, MOST)
    .map((item) => item.uid);
}

export type Kept = { uid: string; subject: string; reason: string };

/** What stayed where it was, by its subject as the list showed it, and why. */
export function keptOf(
  refused: Reassigned['refused'],
  shown: Pick<WorkItem, 'uid' | 'subject'>[],
  english: boolean,
): Kept[] {
  return refused.map(({ uid, message, message_en: other }) => ({
    uid,
    subject: shown.find((item) => item.uid === uid)?.subject ?? uid,
    reason: (english && other) || message,
  }));
}
