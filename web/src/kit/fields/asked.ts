/** How conditions ask about values: by which operators, as which literal, in which control. */
import type { Literal, VocabularyType } from '../../api';
import type { RowOp } from '../condition/model';
import { wholeOf } from '../plain';

export type Asked = {
  ops: RowOp[];
  literal: string;
  /** The control that a value is given in. */
  editor: 'yesNo' | 'day' | 'number' | 'line';
  /** Numbers without decimals. */
  whole?: boolean;
  /** The field holds a list; a value is in it or not. */
  inList?: boolean;
  /** What a new row begins with. */
  start?: string[];
  read?: (text: string) => Literal['value'];
};

const NUMBER_OPS: RowOp[] = ['>=', '<=', '>', '<', '=', '!=', 'between', 'is_empty', 'is_not_empty'];
const CHOICE_OPS: RowOp[] = ['in', 'not_in', 'is_empty', 'is_not_empty'];

const ASKED: Record<VocabularyType, Asked> = {
  integer: { ops: NUMBER_OPS, literal: 'integer', editor: 'number', whole: true, read: wholeOf },
  decimal: { ops: NUMBER_OPS, literal: 'decimal', editor: 'number' },
  date: { ops: ['>=', '<=', '=', 'between', 'is_empty', 'is_not_empty'], literal: 'date', editor: 'day' },
  text: { ops: ['=', '!=', 'in', 'not_in', 'is_empty', 'is_not_empty'], literal: 'text', editor: 'line' },
  boolean: {
    ops: ['=', 'is_empty', 'is_not_empty'],
    literal: 'boolean',
    editor: 'yesNo',
    start: ['true'],
    read: (text) => text === 'true',
  },
  choice: { ops: CHOICE_OPS, literal: 'text', editor: 'line' },
  list: { ops: CHOICE_OPS, literal: 'text', editor: 'line', inList: true },
};

export const askedOf = (type: VocabularyType | undefined): Asked => ASKED[type ?? 'text'];

const INFERRED: Record<string, string> = { string: 'text', number: 'integer', boolean: 'boolean' };

/** Whether the controls of a type can show a value: one of its own type, a whole number among any numbers. */
export function canHold(literal: Literal, type: VocabularyType): boolean {
  if (literal.value === null || literal.value === '') return false;
  const { editor, literal: own, whole } = askedOf(type);
  const given = literal.type ?? INFERRED[typeof literal.value];
  return given === own || (editor === 'number' && !whole && given === ASKED.integer.literal);
}

/** A literal's value as it is typed: the stored decimal 300000.0 is 300000. */
export function typedText({ value, type }: Literal): string {
  if (value === null) return '';
  return type === ASKED.decimal.literal ? String(value).replace(/\.0+$/, '') : String(value);
}
