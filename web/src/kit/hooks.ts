import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useCurrentUser } from '../api/hooks';

/** True on a narrow screen: other lists, other heads, larger targets. */
export function useIsPhone(): boolean {
  const [phone, setPhone] = useState(() => window.matchMedia('(max-width: 767px)').matches);
  useEffect(() => {
    const media = window.matchMedia('(max-width: 767px)');
    const listen = () => setPhone(media.matches);
    listen(); // it may have turned between drawing and listening
    media.addEventListener('change', listen);
    return () => media.removeEventListener('change', listen);
  }, []);
  return phone;
}

/** How long a search rests before it is asked, in milliseconds: a number or an address is typed to its end, for each question leaves a line. */
export function searchRest(q: string): number {
  return /\d{3}|@/.test(q) ? 700 : 250;
}

export function useDebounced<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

/** For a dialog that is taken away whole when it closes: what had the focus before it has it again. */
export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    },
    [before],
  );
}

export function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement && target.type === 'checkbox') return false;
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

type Keys = Record<string, (event: KeyboardEvent) => void>;

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.ctrlKey || event.metaKey ? `ctrl+${key}` : key;
}

/** Keyboard shortcuts of a page; single keys are off while typing. */
export function useKeys(keys: Keys, enabled = true): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!enabled) return;
    const listen = (event: KeyboardEvent) => {
      const name = nameOf(event);
      const action = latest.current[name];
      if (!action || (isTyping(event.target) && !name.startsWith('ctrl+') && name !== 'Escape')) return;
      event.preventDefault();
      action(event);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [enabled]);
}

/** Give the focus to a control inside a layer that takes it away while it opens, each time that it has opened. */
export function useLateFocus(focus: () => void, opened: boolean): void {
  const give = useEffectEvent(focus);
  useEffect(() => {
    if (!opened) return;
    const timer = setTimeout(() => give(), 120);
    return () => clearTimeout(timer);
  }, [opened]);
}

/** The time now, renewed every `seconds`. */
export function useNow(seconds: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return now;
}

/** The name under which this browser keeps how somebody wants a list: several people may work at one desk. */
export function useListName(list: string): string {
  return `${list}.${useCurrentUser().employee_no}`;
}

/** A box, and whether it has come into sight; near is enough, so that who scrolls need not wait. */
export function useInSight(): [(box: HTMLElement | null) => void, boolean] {
  const [seen, setSeen] = useState(false);
  const [box, setBox] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (!box || seen) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
      },
      { rootMargin: '200px' },
    );
    observer.observe(box);
    return () => observer.disconnect();
  }, [box, seen]);
  return [setBox, seen];
}
