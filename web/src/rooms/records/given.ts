import type { FieldMeta } from '../../api';
import { kindOf } from '../../kit/fields';
import { isEditable } from './formValues';

export type Given = { key: string; object: string; uid: string };

/** The references that an address fills in, `?party=<uid>`: of fields of the form that point at a record. */
export function givenIn(search: URLSearchParams, fields: FieldMeta[]): Given[] {
  return fields.flatMap((field) => {
    const uid = search.get(field.key);
    return uid && field.target && kindOf(field).record && isEditable(field)
      ? [{ key: field.key, object: field.target, uid }]
      : [];
  });
}

/** The record that all of a list point at, `?party=<uid>`. */
export function parentIn(search: URLSearchParams, fields: FieldMeta[]): Given | null {
  for (const field of fields) {
    const uid = search.get(field.key);
    if (uid && field.target && kindOf(field).record) return { key: field.key, object: field.target, uid };
  }
  return null;
}
