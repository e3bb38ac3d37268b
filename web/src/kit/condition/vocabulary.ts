import { useCallback, useMemo } from 'react';
import type { FieldMeta, Option, Vocabulary, VocabularyItem, VocabularyKind, VocabularyType } from '../../api';
import { useText, type Translate } from '../i18n';
import { askedOf, yesNoOf } from '../fields/asked';
import { measuredBy, typingOf } from '../fields/typing';
import * as format from '../format';
import { readNumber, shifted } from '../plain';
import { blankWords, isComplete, type Row, type RowOp, type TypeOf, valueCount } from './model';
import type { KnownType } from './reading';

export type Entry = VocabularyItem & { kind: VocabularyKind };
/** What conditions may speak about, for a list or for an audience. */
export type Terms = { entries: Map<string, Entry>; typeOf: TypeOf };

function termsOf(entries: Map<string, Entry>): Terms {
  return { entries, typeOf: (field) => entries.get(field)?.type ?? 'text' };
}

/** A choice without options is asked about as a text. */
const typeOf = ({ asked, options }: FieldMeta): VocabularyType | '' =>
  asked !== '' && askedOf(asked).ops === askedOf('choice').ops && options.length === 0 ? 'text' : asked;

/** The fields of an object that a list can be filtered by. */
export function fieldTerms(fields: FieldMeta[]): Terms {
  const known = fields.flatMap((field): [string, Entry][] => {
    const { key, labels, options, kind } = field;
    const type = typeOf(field);
    // What a condition would have to name by an inner id is chosen on its own page.
    if (type === '' || field.masked || field.target) return [];
    const { format: typedAs, unit } = measuredBy(field);
    return [[key, { key, labels, type, format: typedAs, unit: unit ?? undefined, options, kind }]];
  });
  return termsOf(new Map(known));
}

export const useFieldTerms = (fields: FieldMeta[]): Terms => useMemo(() => fieldTerms(fields), [fields]);

export function useVocabularyTerms(vocabulary: Vocabulary | undefined): Terms {
  return useMemo(() => {
    const all =
      vocabulary?.groups.flatMap((group) =>
        group.items.map((item): [string, Entry] => [item.key, { ...item, kind: group.key }]),
      ) ?? [];
    return termsOf(new Map(all));
  }, [vocabulary]);
}

/** The types of what may be asked about; nothing else can be edited. */
export const knownIn =
  ({ entries }: Terms): KnownType =>
  (field) =>
    entries.get(field)?.type;

export function opText(op: RowOp, type: VocabularyType, t: Translate): string {
  const byDay = op === '>=' || op === '<=' || op === '>' || op === '<';
  if (askedOf(type).editor === 'day' && byDay) return t(`op.date.${op}`);
  return t(`op.${op}`);
}

function valueText(value: string, entry: Entry | undefined, lang: format.Lang, t: Translate): string {
  const option = entry?.options?.find((item: Option) => item.key === value);
  if (option) return option.labels[lang];
  const { editor } = askedOf(entry?.type);
  const yes = editor === 'yesNo' ? yesNoOf(value) : undefined;
  if (yes !== undefined) return t(yes ? 'common.yes' : 'common.no');
  if (editor === 'day') return format.date(value);
  const number = readNumber(value);
  if (number === null || (entry && editor === 'line')) return value;
  const { places = 0, beside = '' } = entry ? typingOf(entry, lang) : {};
  return `${format.exact(shifted(number, -places))}${beside && ` ${beside}`}`;
}

export type RowWords = { field: string; op: string; value: string; blank: string };

/** A row in one line, with what it says of no value. */
export const rowSaid = ({ field, op, value, blank }: RowWords): string =>
  [field, op, value, blank].filter(Boolean).join(' ');

/** A row as words: field, operator, value, and whether no value counts where it says so. */
export function useRowWords(terms: Terms): (row: Row) => RowWords {
  const { t, lang } = useText();
  return useCallback(
    (row) => {
      const entry = terms.entries.get(row.field);
      const values = row.values.map((value) => valueText(value, entry, lang, t));
      const joined =
        row.op === 'between' || row.op === 'not_between'
          ? values.join(` ${t('condition.and')} `)
          : values.join(t('common.and'));
      return {
        field: entry ? entry.labels[lang] : t('condition.unknown', { key: row.field }),
        op: opText(row.op, entry?.type ?? 'text', t),
        value: valueCount(row.op) === 0 ? '' : isComplete(row) ? joined : t('condition.incomplete'),
        blank: row.blank ? t(blankWords(row.blank, false)) : '',
      };
    },
    [terms, lang, t],
  );
}
