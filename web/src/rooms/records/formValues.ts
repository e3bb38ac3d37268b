import type { FieldMeta, Input, RecordDetail, Value } from '../../api';
import { isRef } from '../../blocks/Formatted';
import { instantOf, wallOf } from '../../kit/clock';

export type Values = Record<string, unknown>;

/** A value of a record as the form's controls hold it; a moment as the wall clock in Shanghai shows it. */
export function toForm(field: FieldMeta, value: Value | undefined): unknown {
  if (value === null || value === undefined) return field.type === 'boolean' ? false : undefined;
  if (isRef(value)) return { value: value.uid, label: value.display };
  if (field.type === 'datetime') return wallOf(String(value))?.slice(0, 16);
  if (typeof value === 'object' && !Array.isArray(value)) return value.amount ?? undefined;
  return value;
}

/** What the form's controls hold as a value of the contract. */
export function fromForm(field: FieldMeta, value: unknown): Input {
  if (value === undefined || value === null || value === '') return null;
  if (field.type === 'datetime') return instantOf(String(value));
  if (typeof value === 'object' && 'value' in value) return String(value.value);
  if (field.type === 'integer') return Number(value);
  if (field.type === 'money' || field.type === 'decimal' || field.type === 'percent') return String(value);
  return value as Input;
}

/** Fields of the source are its own in the records it gave; a record made by hand has them from people. */
export const isFromSource = (field: FieldMeta, record: RecordDetail) => field.owner === 'source' && record.from_source;

export const isEditable = (field: FieldMeta, record?: RecordDetail) =>
  !field.readonly && !(record && (field.masked || isFromSource(field, record) || record.refused.includes(field.key)));

/** Whether a field holds something else than the form showed at first: an unset box looks like "no". */
function isChanged(field: FieldMeta, value: unknown, record?: RecordDetail): boolean {
  const shown = fromForm(field, toForm(field, record?.values[field.key]));
  return isEditable(field, record) && JSON.stringify(fromForm(field, value)) !== JSON.stringify(shown);
}

export function hasChanges(fields: FieldMeta[], values: Values, record?: RecordDetail): boolean {
  return fields.some((field) => isChanged(field, values[field.key], record));
}

/** What goes to the server: of a new record what it has, of a stored one what was changed on top of its revision. */
export function changesOf(fields: FieldMeta[], values: Values, record?: RecordDetail): Record<string, Input> {
  const sent = (field: FieldMeta) =>
    record ? isChanged(field, values[field.key], record) : isEditable(field) && fromForm(field, values[field.key]) !== null;
  return Object.fromEntries(fields.filter(sent).map((field) => [field.key, fromForm(field, values[field.key])]));
}
