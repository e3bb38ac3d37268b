import i18next from 'i18next';
import { useMemo } from 'react';
import { initReactI18next, useTranslation } from 'react-i18next';
import { setRequestLanguage } from '../api/client';
import type { Labels, Lang } from '../api';
import { strings, type Key } from './strings';

export type { Key };
export type Params = Record<string, string | number>;
export type Translate = (key: Key, params?: Params) => string;

const STORED = 'zhike.lang';

function storedLanguage(): Lang {
  return localStorage.getItem(STORED) === 'en' ? 'en' : 'zh';
}

function resource(index: 0 | 1): Record<string, string> {
  return Object.fromEntries(Object.entries(strings).map(([key, pair]) => [key, pair[index]]));
}

export function startI18n(): void {
  const lang = storedLanguage();
  setRequestLanguage(lang);
  void i18next.use(initReactI18next).init({
    lng: lang,
    fallbackLng: 'zh',
    resources: { zh: { translation: resource(0) }, en: { translation: resource(1) } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    initAsync: false,
  });
}

export function setLanguage(lang: Lang): void {
  localStorage.setItem(STORED, lang);
  setRequestLanguage(lang);
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  if (i18next.language !== lang) void i18next.changeLanguage(lang);
}

export function useLang(): Lang {
  const { i18n } = useTranslation();
  return i18n.language === 'en' ? 'en' : 'zh';
}

/** What a unit of the metadata is called in a language; one we have no word for stays as it is. */
export function unitText(unit: string, lang: Lang): string {
  const pair = (strings as Record<string, readonly [string, string]>)[`unit.${unit}`];
  return pair ? pair[lang === 'zh' ? 0 : 1] : unit;
}

/** `t` for our own texts, `label` for texts that come with the metadata. */
export function useText(): { t: Translate; label: (labels: Labels | null | undefined) => string; lang: Lang } {
  const { t } = useTranslation();
  const lang = useLang();
  return useMemo(
    () => ({
      t: (key: Key, params?: Params) => t(key, params ?? {}),
      label: (labels: Labels | null | undefined) => labels?.[lang] ?? labels?.zh ?? '',
      lang,
    }),
    [t, lang],
  );
}
