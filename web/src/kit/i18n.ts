import { useMemo, useSyncExternalStore } from 'react';
import { setRequestLanguage } from '../api/client';
import type { Labels, Lang } from '../api';
import { textOf, type Key } from './strings';

export type { Key };
export type Params = Record<string, string | number>;
export type Translate = (key: Key, params?: Params) => string;

const STORED = 'zhike.lang';
const PLACE = /\{\{(\w+)\}\}/g;
const listeners = new Set<() => void>();
let current: Lang = 'zh';

/** Speak the language that this browser spoke last. */
export function startI18n(): void {
  current = localStorage.getItem(STORED) === 'en' ? 'en' : 'zh';
  setRequestLanguage(current);
}

export function setLanguage(lang: Lang): void {
  localStorage.setItem(STORED, lang);
  setRequestLanguage(lang);
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  if (current === lang) return;
  current = lang;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLang(): Lang {
  return useSyncExternalStore(subscribe, () => current);
}

/** A text of ours in a language, its places filled in; what is not given stays empty. */
function translated(lang: Lang, key: Key, params: Params): string {
  const text = textOf(key)?.[lang === 'zh' ? 0 : 1] ?? key;
  return text.replace(PLACE, (_place, name: string) => String(params[name] ?? ''));
}

/** What a unit of the metadata is called in a language; one we have no word for stays as it is. */
export function unitText(unit: string, lang: Lang): string {
  return textOf(`unit.${unit}`)?.[lang === 'zh' ? 0 : 1] ?? unit;
}

/** `t` for our own texts, `label` for texts that come with the metadata. */
export function useText(): { t: Translate; label: (labels: Labels | null | undefined) => string; lang: Lang } {
  const lang = useLang();
  return useMemo(
    () => ({
      t: (key: Key, params: Params = {}) => translated(lang, key, params),
      label: (labels: Labels | null | undefined) => labels?.[lang] ?? labels?.zh ?? '',
      lang,
    }),
    [lang],
  );
}
