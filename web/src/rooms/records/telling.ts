import type { FieldType, ObjectMeta, RecordRow, Value } from '../../api';
import { isRef } from '../../blocks/Formatted';

const TELLING: FieldType[] = ['text', 'identity_number', 'unit', 'reference'];
const SHOWN = 3;

/** The columns of the list that tell records of one name apart: one more than is shown, as one may be the name itself. */
export function tellingColumns(meta: ObjectMeta): string[] {
  const types = new Map(meta.fields.map((field) => [field.key, field.refused ? undefined : field.type]));
  return meta.list.columns.filter((key) => TELLING.includes(types.get(key) as FieldType)).slice(0, SHOWN + 1);
}

const textOf = (value: Value | undefined) => (isRef(value) ? value.display : typeof value === 'string' ? value : '');

export function factsOf(row: Pick<RecordRow, 'display' | 'values'>, columns: string[]): string {
  const texts = columns.map((key) => textOf(row.values[key]));
  return texts.filter((text) => text !== '' && text !== row.display).slice(0, SHOWN).join('  ');
}
