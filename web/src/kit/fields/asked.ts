/** How conditions ask about values: by which operators, as which literal, in which control. */
import type { Literal, VocabularyType } from '../../api';
import type { RowOp } from '../condition/model';
import { exceeds } from '../decimals';
import { readNumber, wholeOf } from '../plain';

export type Asked = {
  ops: RowOp[];
  literal: string;
  /** The control that a value is given in. */
  editor: 'yesNo' | 'day' | 'number' | 'line';
  /** Numbers without decimals. */
  whole?: boolean;
  /** The field holds a list; a value is in it or not. */
  inList?: boolean;
  /** The value that denies: being equal to it is a negation as well. */
  denial?: string;
  read?: (text: string) => Literal['value'];
  /** Whether a text is one of its values, as they are sent. */
  holds: (text: string) => boolean;
  /** Whether a value stands behind another in their order, where they have one. */
  exceeds?: (one: string, other: string) => boolean;
};

const isNumber = (text: string) => readNumber(text) === text;

function isDay(text: string): boolean {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) && !text.startsWith('0000') ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

const isText = (text: string) => text.trim() !== '';

/** Yes and no as they are kept; whatever else stands for one of them is neither. */
const YES_NO: Record<string, boolean> = { true: true, false: false };

export const yesNoOf = (text: string): boolean | undefined => (Object.hasOwn(YES_NO, text) ? YES_NO[text] : undefined);

const NUMBER_OPS: RowOp[] = ['>=', '<=', '>', '<', '=', '!=', 'between', 'is_empty', 'is_not_empty'];
const CHOICE_OPS: RowOp[] = ['in', 'not_in', 'is_empty', 'is_not_empty'];

const ASKED: Record<VocabularyType, Asked> = {
  integer: {
    ops: NUMBER_OPS,
    literal: 'integer',
    editor: 'number',
    whole: true,
    read: wholeOf,
    holds: (text) => isNumber(text) && typeof wholeOf(text) === 'number',
    exceeds,
  },
  decimal: { ops: NUMBER_OPS, literal: 'decimal', editor: 'number', holds: isNumber, exceeds },
  date: {
    ops: ['>=', '<=', '=', 'between', 'is_empty', 'is_not_empty'],
    literal: 'date',
    editor: 'day',
    holds: isDay,
    exceeds: (one, other) => one > other,
  },
  text: {
    ops: ['=', '!=', 'in', 'not_in', 'is_empty', 'is_not_empty'],
    literal: 'text',
    editor: 'line',
    holds: isText,
  },
  boolean: {
    ops: ['=', 'is_empty', 'is_not_empty'],
    literal: 'boolean',
    editor: 'yesNo',
    denial: 'false',
    read: (text) => yesNoOf(text) ?? text,
    holds: (text) => yesNoOf(text) !== undefined,
  },
  choice: { ops: CHOICE_OPS, literal: 'text', editor: 'line', holds: isText },
  list: { ops: CHOICE_OPS, literal: 'text', editor: 'line', inList: true, holds: isText },
};

export const askedOf = (type: VocabularyType | undefined): Asked => ASKED[type ?? 'text'];

/** Whether bounds include nothing: the lower one is more than the upper one. */
export function areTurned([lower = '', upper = '']: string[], type: VocabularyType | undefined): boolean {
  const { holds, exceeds: isMore } = askedOf(type);
  return isMore !== undefined && holds(lower) && holds(upper) && isMore(lower, upper);
}

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
