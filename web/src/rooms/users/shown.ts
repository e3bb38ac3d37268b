import { useSearchParams } from 'react-router';
import type { Post, UserCounts, UserRow } from '../../api';

export type Part = keyof UserCounts;
export const PARTS: readonly Part[] = ['attention', 'active', 'locked', 'password', 'ending', 'never', 'ended'];

/** What the list shows stands in the address: the part, what is looked for, and whose drawer is open. */
export type Shown = { part: Part | null; q: string; user: string | undefined };

export function shownIn(search: URLSearchParams): Shown {
  const part = PARTS.find((one) => one === search.get('show')) ?? null;
  return { part, q: search.get('q') ?? '', user: search.get('user') ?? undefined };
}

/** The address after a change; what is empty is left out of it. */
export function addressOf(shown: Shown): URLSearchParams {
  const said = { show: shown.part, q: shown.q, user: shown.user };
  return new URLSearchParams(Object.entries(said).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

export function useShown(): { shown: Shown; show: (change: Partial<Shown>) => void } {
  const [search, setSearch] = useSearchParams();
  const show = (change: Partial<Shown>) =>
    setSearch((before) => addressOf({ ...shownIn(before), ...change }), { replace: true });
  return { shown: shownIn(search), show };
}

/** The post that is said of somebody: the first of those held, or else the next to come. */
export function postOf(user: UserRow): Post | null {
  return user.holds[0] ?? user.coming;
}

export type SignIn = 'ended' | 'locked' | 'password' | 'never' | 'fine';

/** How it stands with somebody's sign-in: the one thing that keeps them from it, or has never let them. */
export function signInOf(user: UserRow): SignIn {
  if (!user.active) return 'ended';
  if (user.locked_until) return 'locked';
  if (!user.last_sign_in) return 'never';
  return user.password_due ? 'password' : 'fine';
}

/** Everything that is due about somebody who is in use, the most urgent first. */
export function dueOf(user: UserRow): ('locked' | 'given' | 'age' | 'ending')[] {
  if (!user.active) return [];
  return [
    ...(user.locked_until ? ['locked' as const] : []),
    ...(user.password_due ? [user.password_due] : []),
    ...(user.ending ? ['ending' as const] : []),
  ];
}
