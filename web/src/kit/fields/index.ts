import type { FieldMeta, Input, Value } from '../../api';
import { unitText, type Key, type Translate } from '../i18n';
import type { Lang } from '../format';
import type { FieldKind } from './kind';
import { unwritten } from './written';

const modules = import.meta.glob<{ kind: FieldKind }>(['./kinds/*.tsx'], { eager: true });
const kinds = new Map(
  Object.entries(modules).map(([path, module]) => [path.replace(/^.*\/(\w+)\.tsx$/, '$1'), module.kind]),
);

/** What is known of a field's values; one of a kind that this page does not know yet is a text. */
export function kindOf(field: Pick<FieldMeta, 'web'>): FieldKind {
  const found = kinds.get(field.web) ?? kinds.get('text');
  if (!found) throw new Error('no kinds of fields');
  return found;
}

export function toForm(field: FieldMeta, value: Value | undefined): unknown {
  const kind = kindOf(field);
  if (value === null || value === undefined) return kind.blank;
  return kind.toForm ? kind.toForm(value) : value;
}

export function fromForm(field: FieldMeta, value: unknown): Input {
  if (value === undefined || value === null || value === '') return null;
  const { fromForm: read } = kindOf(field);
  return read ? read(value) : (value as Input);
}

/** Why what a form holds of a field is not sent, if it is wrong for all that the browser knows. */
export function faultOf(field: FieldMeta, value: unknown): Key | null {
  if (value === undefined || value === null || value === '') return null;
  return kindOf(field).fault?.(value) ?? null;
}

type Other = (key: string) => unknown;
type Judge = { validator: (rule: unknown, value: unknown) => Promise<void> };
type Rules = [{ required: boolean; message: string }, Judge, (form: { getFieldValue: Other }) => Judge];

/** What a form checks of a field before it is sent; a box that is not set says no. `has`: it has a value that is hidden. */
export function rulesOf(field: FieldMeta, t: Translate, has = false): Rules {
  const refuse = (fault: string | null): Promise<void> =>
    fault ? Promise.reject(new Error(fault)) : Promise.resolve();
  const typed = (value: unknown) => {
    const fault = faultOf(field, value);
    return fault && t(fault);
  };
  const asWritten = (value: unknown, other: Other) => {
    const wrong = unwritten(field, value, other);
    return wrong && t(wrong.text, wrong.facts);
  };
  return [
    {
      required: field.required && !has && kindOf(field).property !== 'checked',
      message: t('common.required'),
    },
    { validator: (_rule: unknown, value: unknown) => refuse(typed(value)) },
    ({ getFieldValue }) => ({ validator: (_rule, value) => refuse(asWritten(value, getFieldValue)) }),
  ];
}

/** The unit behind a field's name: of a column, where its cells say none, or of a form. */
export function unitOf(field: FieldMeta, lang: Lang, place: 'column' | 'form'): string {
  const kind = kindOf(field);
  const own = place === 'column' ? kind.columnUnit : kind.formUnit;
  if (own) return own(field, lang);
  return place === 'form' || kind.right ? unitText(field.unit ?? '', lang) : '';
}
