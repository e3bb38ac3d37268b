import type { FieldMeta, Input, RecordDetail, RecordRow } from '../../api';
import { fromForm, toForm } from '../../kit/fields';

export type Values = Record<string, unknown>;

/** Fields of the source are its own in the records it gave; a record made by hand has them from people. */
export const isFromSource = (field: FieldMeta, record: RecordRow) => field.owner === 'source' && record.from_source;

export const isEditable = (field: FieldMeta, record?: RecordRow) =>
  !field.readonly && !(record && (isFromSource(field, record) || record.refused.includes(field.key)));

/** Whether a form has a value that its reader does not see: it may be replaced, and stays while nothing is typed. */
export const isHidden = (field: FieldMeta, record?: RecordRow) =>
  record !== undefined && field.masked && (record.values[field.key] ?? null) !== null;

/**
 * What the control of a field begins with: of a new record what its definition gives it; of a value that is masked nothing,
 * or the mask would be saved.
 */
export const begun = (field: FieldMeta, record?: RecordRow, preset: Values = {}) =>
  preset[field.key] ??
  toForm(field, isHidden(field, record) ? undefined : record ? record.values[field.key] : field.default);

/** Whether a field holds something else than the form showed at first, `preset` included: an unset box looks like "no". */
function isChanged(field: FieldMeta, value: unknown, record?: RecordDetail, preset?: Values): boolean {
  const shown = fromForm(field, begun(field, record, preset));
  return isEditable(field, record) && JSON.stringify(fromForm(field, value)) !== JSON.stringify(shown);
}

export function hasChanges(fields: FieldMeta[], values: Values, record?: RecordDetail, preset?: Values): boolean {
  return fields.some((field) => isChanged(field, values[field.key], record, preset));
}

/** What goes to the server: of a new record what it has, of a stored one what was changed on top of its revision. */
export function changesOf(fields: FieldMeta[], values: Values, record?: RecordDetail): Record<string, Input> {
  const sent = (field: FieldMeta) =>
    record
      ? isChanged(field, values[field.key], record)
      : isEditable(field) && fromForm(field, values[field.key]) !== null;
  return Object.fromEntries(fields.filter(sent).map((field) => [field.key, fromForm(field, values[field.key])]));
}
