import type { FieldMeta, Input, WorkDetail } from '../../api';
import { fromForm, toForm } from '../../kit/fields';

export type Values = Record<string, unknown>;

/** What somebody has entered about a piece of work and not sent: its result, its form with the note, a comment. */
export type Draft = { result: string | null; values: Values; comment: string };

export const NOTE = 'note';

/** An entry of a kind's form, called as the server calls it when it refuses it. */
export const nameOf = (field: FieldMeta) => `form.${field.key}`;

export function draftOf(item: Pick<WorkDetail, 'result' | 'note' | 'form'>): Draft {
  const entries = item.form.map((field) => [nameOf(field), toForm(field, field.default)]);
  return {
    result: item.result ?? null,
    values: { ...Object.fromEntries(entries), [NOTE]: item.note ?? '' },
    comment: '',
  };
}

/** What a kind's form asks for, as it is sent. */
export function formOf(fields: FieldMeta[], values: Values): Record<string, Input> {
  return Object.fromEntries(fields.map((field) => [field.key, fromForm(field, values[nameOf(field)])]));
}

type Open = Pick<WorkDetail, 'may' | 'result' | 'note' | 'form'>;

/** Whether something that stands on the screen was entered and not sent; of `finished` work that is a comment only. */
export function hasUnsent(item: Open, { result, values, comment }: Draft, finished: boolean): boolean {
  if (item.may.includes('comment') && comment.trim() !== '') return true;
  if (finished || !item.may.includes('complete')) return false;
  const before = draftOf(item);
  const note = (of: Values) => String(of[NOTE] ?? '').trim();
  const form = (of: Values) => JSON.stringify(formOf(item.form, of));
  return result !== before.result || note(values) !== note(before.values) || form(values) !== form(before.values);
}
