/** From any expression JSON to the tree: what rows can say becomes rows, everything else stays a sentence. */
import type { Expression, FieldRef, Literal, VocabularyType } from '../../api';
import { askedOf, canHold, typedText } from '../fields/asked';
import {
  isNegation,
  isRow,
  isRowOp,
  newGroup,
  newRow,
  newSentence,
  valueCount,
  type Group,
  type Row,
  type RowOp,
  type TreeNode,
} from './model';

/** The type of a field that conditions may speak about; undefined for one that they may not. */
export type KnownType = (field: string) => VocabularyType | undefined;
type Side = Expression | Expression[];

const isField = (side: Side): side is FieldRef => 'field' in side;
const isValue = (side: Side): side is Literal => 'value' in side && !('aggregate' in side);

const COMPARISONS: RowOp[] = ['=', '!=', '<', '<=', '>', '>='];
/** A comparison read from its other side. */
const TURNED: Partial<Record<string, RowOp>> = { '=': '=', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const OPPOSITE = { in: 'not_in', between: 'not_between', is_empty: 'is_not_empty' } as const;

/** Whether the editors of a type can show the operator, beyond those that they offer for new rows. */
export function canAsk(op: RowOp, type: VocabularyType): boolean {
  const { ops, inList, editor } = askedOf(type);
  if (ops.includes(op)) return true;
  if (op === 'not_between') return ops.includes('between');
  if (inList || !COMPARISONS.includes(op)) return false;
  return op === '=' || op === '!=' || editor === 'number' || editor === 'day';
}

function rowOf(written: Expression, field: string, op: RowOp, literals: Literal[], known: KnownType): Row | null {
  const type = known(field);
  if (type === undefined || !canAsk(op, type) || !literals.every((one) => canHold(one, type))) return null;
  const values = literals.map(typedText);
  const wanted = valueCount(op);
  if (wanted === 'many' ? values.length === 0 : values.length !== wanted) return null;
  // What is told apart by more than its text would be merged by the first edit.
  if (new Set(values).size !== values.length && wanted === 'many') return null;
  return { ...newRow(field, op, values), written: { field, op, values, literals, expression: written } };
}

/** A test of a list: whether it holds a value. */
function listRow(test: Expression, known: KnownType): Row | null {
  if (!('op' in test) || !('right' in test) || (test.op !== 'in' && test.op !== 'not_in')) return null;
  if (!isValue(test.left) || Array.isArray(test.right) || !isField(test.right)) return null;
  const type = known(test.right.field);
  return type && askedOf(type).inList ? rowOf(test, test.right.field, test.op, [test.left], known) : null;
}

/** One test as a row; null where a row cannot say it. */
function testRow(test: Expression, known: KnownType): Row | null {
  if (!('op' in test) || !isRowOp(test.op)) return null;
  const { op, left } = test;
  if (!('right' in test)) return isField(left) ? rowOf(test, left.field, op, [], known) : null;
  const { right } = test;
  if (Array.isArray(right)) {
    const listed = isField(left) && right.every(isValue) && !isListField(left, known);
    return listed ? rowOf(test, left.field, op, right, known) : null;
  }
  if (op === 'in' || op === 'not_in') return listRow(test, known);
  if (isField(left) && isValue(right)) return rowOf(test, left.field, op, [right], known);
  const turned = TURNED[op];
  return turned && isValue(left) && isField(right) ? rowOf(test, right.field, turned, [left], known) : null;
}

function isListField({ field }: FieldRef, known: KnownType): boolean {
  const type = known(field);
  return type !== undefined && askedOf(type).inList === true;
}

/** Several values asked of one list are one row. */
function mergedRow(written: Expression, members: Expression[], op: 'in' | 'not_in', known: KnownType): Row | null {
  const rows = members.map((member) => listRow(member, known));
  const field = rows[0]?.field;
  if (members.length < 2 || !field || rows.some((row) => row?.field !== field || row.op !== op)) return null;
  const literals = rows.flatMap((row) => row?.written?.literals ?? []);
  return rowOf(written, field, op, literals, known);
}

/** A test and what it says of no value as one row, where the test alone could mean either. */
function rowWithBlank(written: Expression, excluded: boolean, known: KnownType): Row | null {
  const holds = 'or' in written;
  const members = holds ? written.or : 'and' in written ? written.and : [];
  const [test, empty] = members;
  if (members.length !== 2 || !test || !empty || !('op' in empty)) return null;
  if (empty.op !== (holds ? 'is_empty' : 'is_not_empty') || !isField(empty.left)) return null;
  const row = leafRow(test, known);
  const type = known(empty.left.field);
  if (!row || !type || row.field !== empty.left.field || !isNegation(row, type, excluded)) return null;
  const blank = holds ? 'holds' : 'fails';
  return { ...row, blank, written: row.written && { ...row.written, blank, expression: written } };
}

/** One row: a test, several of one list, or the negation of what has a word for it. */
function leafRow(expression: Expression, known: KnownType): Row | null {
  if ('or' in expression) return mergedRow(expression, expression.or, 'in', known);
  if ('and' in expression) return mergedRow(expression, expression.and, 'not_in', known);
  if (!('not' in expression)) return testRow(expression, known);
  const { not: inner } = expression;
  if (!('op' in inner) || (inner.op !== 'in' && inner.op !== 'between' && inner.op !== 'is_empty')) return null;
  const row = testRow(inner, known);
  if (!row) return null;
  const op = OPPOSITE[inner.op];
  return { ...row, op, written: row.written && { ...row.written, op, expression } };
}

function parseNode(expression: Expression, excluded: boolean, known: KnownType): TreeNode {
  const row = rowWithBlank(expression, excluded, known) ?? leafRow(expression, known);
  if (row) return row;
  const members = (list: Expression[], within: boolean) => list.map((one) => parseNode(one, within, known));
  if ('and' in expression) return newGroup('all', members(expression.and, excluded), 'listed');
  if ('or' in expression) return newGroup('any', members(expression.or, excluded), 'listed');
  if (!('not' in expression)) return newSentence(expression);
  const inner = expression.not;
  const whole = rowWithBlank(inner, !excluded, known) ?? leafRow(inner, known);
  if (!whole && 'or' in inner) return newGroup('none', members(inner.or, !excluded), 'listed');
  return newGroup('none', [whole ?? parseNode(inner, !excluded, known)], 'bare');
}

/** Any expression as a tree whose root is a group. Compiled again, it gives the same expression. */
export function parse(expression: Expression | null | undefined, known: KnownType): Group {
  if (!expression) return newGroup('all');
  const node = parseNode(expression, false, known);
  const drawn = !isRow(node) && node.kind !== 'sentence' && node.kind !== 'none';
  return drawn ? node : newGroup('all', [node], 'bare');
}
