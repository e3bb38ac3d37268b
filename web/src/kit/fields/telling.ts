import type { ObjectMeta, RecordRow, Value } from '../../api';
import { kindOf } from '.';
import { isRef } from './values';

const SHOWN = 3;

/** The columns of the list that tell records of one name apart: one more than is shown, as one may be the name itself. */
export function tellingColumns(meta: ObjectMeta): string[] {
  const telling = new Set(meta.fields.flatMap((field) => (!field.refused && kindOf(field).telling ? field.key : [])));
  return meta.list.columns.filter((key) => telling.has(key)).slice(0, SHOWN + 1);
}

const textOf = (value: Value | undefined) => (isRef(value) ? value.display : typeof value === 'string' ? value : '');

export function factsOf(row: Pick<RecordRow, 'display' | 'values'>, columns: string[]): string {
  const texts = columns.map((key) => textOf(row.values[key]));
  return texts
    .filter((text) => text !== '' && text !== row.display)
    .slice(0, SHOWN)
    .join('  ');
}
