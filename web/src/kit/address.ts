import { useEffect, useRef, useState } from 'react';
import { useLocation, useSearchParams } from 'react-router';
import { isKeptByPage, KEPT_BY_PAGE } from './unsaved';

/** What a list says of an address that it has written itself: in which life. */
const keptIn = (life: string) => ({ ...KEPT_BY_PAGE, life });

const lifeOf = (state: unknown) => (isKeptByPage(state) ? (state as ReturnType<typeof keptIn>).life : null);

/**
 * The life of the list, called by the address that it began with. An address that it has written itself, however late it
 * arrives, is no other one; whoever comes otherwise (a link, the menu, back) begins another.
 */
export function useLife(): string {
  const { key, state } = useLocation();
  const [own, setOwn] = useState({ seen: key, life: key });
  if (own.seen !== key) setOwn({ seen: key, life: lifeOf(state) === own.life ? own.life : key });
  return own.life;
}

/** The address of one life. What was written last is what the next is compared with: the router is behind it. */
export function useAddress(life: string) {
  const [search, setSearch] = useSearchParams();
  const last = useRef({ life, text: search.toString() });
  const write = (next: URLSearchParams) => {
    const text = next.toString();
    if (last.current.life === life && last.current.text === text) return;
    last.current = { life, text };
    setSearch(next, { replace: true, state: keptIn(life) });
  };
  return { search, write };
}

/** What a page shows, begun as its address says and told to it: changes follow one another, not what the router has got to. */
export function useKeptShown<T extends object>(
  shownIn: (search: URLSearchParams) => T,
  searchOf: (shown: T) => Record<string, string>,
) {
  const life = useLife();
  const { search, write } = useAddress(life);
  const [own, setOwn] = useState(() => ({ life, shown: shownIn(search) }));
  if (own.life !== life) setOwn({ life, shown: shownIn(search) });
  const latest = useRef(own.shown);
  useEffect(() => {
    latest.current = own.shown;
  });
  const show = (change: Partial<T>) => {
    latest.current = { ...latest.current, ...change };
    setOwn({ life, shown: latest.current });
    write(new URLSearchParams(searchOf(latest.current)));
  };
  return { shown: own.shown, show };
}

/** Single things of a page that stand in its address under names of their own: null takes one away. */
export function useShownInAddress(): readonly [URLSearchParams, (name: string, value: string | null) => void] {
  const [search, setSearch] = useSearchParams();
  const say = (name: string, value: string | null) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === null) next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  return [search, say];
}

/**
 * What an address says that its page does not read: names that the page has none of, and what is said again of a thing that
 * is said `once`.
 */
export function unreadIn(search: URLSearchParams, once: string[], often: string[] = []): string[] {
  const seen = new Set<string>();
  return [...search].flatMap(([name, value]) => {
    const isRead = often.includes(name) || (once.includes(name) && !seen.has(name));
    seen.add(name);
    return isRead ? [] : [value ? `${name}=${value}` : name];
  });
}

/** A number or an address of a person: it would stand in the history of the browser and in every link that is passed on. */
export const isPersonal = (text: string) => text.includes('@') || text.replaceAll(/\D/g, '').length >= 6;

/** What a link asks of its list beside its address, where a number of a person never stands. */
export const asking = (q: string) => ({ asks: q });

export function askedIn(state: unknown): string | null {
  const asks = (state as Partial<ReturnType<typeof asking>> | null)?.asks;
  return typeof asks === 'string' ? asks : null;
}
