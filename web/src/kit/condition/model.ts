/** The editable condition tree and how it becomes the expression JSON of the contract; `reading` is the way back. */
import type { Expression, FieldRef, Literal, VocabularyItem, VocabularyType } from '../../api';
import { askedOf, typedText } from '../fields/asked';

export type GroupKind = 'all' | 'any' | 'none';
export type RowOp = keyof typeof OPERATORS;
/** What a row says of records without a value, where it says so in words of its own: that it holds, or that it does not. */
export type Blank = 'holds' | 'fails';
/** How a row was written where it was read: it is written so again for as long as it says the same. */
export type Written = Pick<Row, 'field' | 'op' | 'values' | 'blank'> & { expression: Expression; literals: Literal[] };
export type Row = {
  id: string;
  kind: 'row';
  field: string;
  op: RowOp;
  values: string[];
  blank?: Blank;
  written?: Written;
};
/** What rows cannot say. It stands as it is: it may be removed, and nothing in it changes. */
export type Sentence = { id: string; kind: 'sentence'; expression: Expression };
/** `shape`: whether a group of one was written as its member alone or as a list of one. */
export type Group = { id: string; kind: GroupKind; children: TreeNode[]; shape?: 'bare' | 'listed' };
export type Leaf = Row | Sentence;
export type TreeNode = Leaf | Group;

let serial = 0;
const newId = () => `n${++serial}`;

export const isRow = (node: TreeNode): node is Row => node.kind === 'row';
export const isSentence = (node: TreeNode): node is Sentence => node.kind === 'sentence';
export const isGroup = (node: TreeNode): node is Group => !isRow(node) && !isSentence(node);

export function newGroup(kind: GroupKind, children: TreeNode[] = [], shape?: Group['shape']): Group {
  return { id: newId(), kind, children, ...(shape && { shape }) };
}

export function newRow(field: string, op: RowOp, values: string[] = []): Row {
  return { id: newId(), kind: 'row', field, op, values };
}

export function newSentence(expression: Expression): Sentence {
  return { id: newId(), kind: 'sentence', expression };
}

const OPERATORS = {
  '=': true,
  '!=': true,
  '<': true,
  '<=': true,
  '>': true,
  '>=': true,
  between: true,
  not_between: true,
  in: true,
  not_in: true,
  is_empty: true,
  is_not_empty: true,
} as const;

export const isRowOp = (op: string): op is RowOp => Object.hasOwn(OPERATORS, op);

/** What a row says of no value, in words; `excluded`: it stands where hits count against. */
export const blankWords = (blank: Blank, excluded: boolean) =>
  (blank === 'holds') !== excluded ? 'condition.blank.counted' : 'condition.blank.left';

const NEGATIONS: RowOp[] = ['!=', 'not_in', 'not_between'];

/** Whether "no value" could be meant by it as well as not: by what is negated or denied in itself or by where it stands. */
export function isNegation(
  { op, values }: Pick<Row, 'op' | 'values'>,
  type: VocabularyType,
  excluded: boolean,
): boolean {
  const { denial } = askedOf(type);
  const denies = op === '=' && denial !== undefined && values[0] === denial;
  return denies || NEGATIONS.includes(op) || (excluded && op !== 'is_empty' && op !== 'is_not_empty');
}

/* What may be asked of a type */

/** The operators that a type offers; one that a row was read with is kept among them. */
export function operatorsOf(type: VocabularyType, kept?: RowOp): RowOp[] {
  const { ops } = askedOf(type);
  return kept && !ops.includes(kept) ? [...ops, kept] : ops;
}

export function valueCount(op: RowOp): 0 | 1 | 2 | 'many' {
  if (op === 'is_empty' || op === 'is_not_empty') return 0;
  if (op === 'between' || op === 'not_between') return 2;
  return op === 'in' || op === 'not_in' ? 'many' : 1;
}

export function defaultRow(item: VocabularyItem): Row {
  return newRow(item.key, askedOf(item.type).ops[0] ?? '=');
}

export function isComplete(row: Row): boolean {
  if (row.field === '') return false;
  const wanted = valueCount(row.op);
  const given = row.values.filter((value) => value !== '').length;
  if (wanted === 'many') return given > 0;
  return given >= wanted;
}

/** Whether something is drawn that no expression holds yet: a row not filled in, at any depth, or a group of nothing. */
export function hasUnfinished(node: TreeNode): boolean {
  if (isGroup(node)) return node.children.length === 0 || node.children.some(hasUnfinished);
  return isRow(node) && !isComplete(node);
}

/* Tree → expression */

function literal(value: string, type: VocabularyType, kept: Map<string, Literal>): Literal {
  const asked = askedOf(type);
  return kept.get(value) ?? ({ value: asked.read ? asked.read(value) : value, type: asked.literal } as Literal);
}

export type TypeOf = (field: string) => VocabularyType;

function listExpression(row: Row, left: FieldRef, values: Literal[]): Expression {
  const op = row.op === 'not_in' ? 'not_in' : 'in';
  const each = values.map((value): Expression => ({ op, left: value, right: left }));
  const [only] = each;
  if (each.length === 1 && only) return only;
  return op === 'in' ? { or: each } : { and: each };
}

function testExpression(row: Row, typeOf: TypeOf): Expression {
  const left: FieldRef = { field: row.field };
  const type = typeOf(row.field);
  const literals = row.written?.field === row.field ? row.written.literals : [];
  const kept = new Map(literals.map((one) => [typedText(one), one]));
  const values = row.values.map((value) => literal(value, type, kept));
  const first = values[0] ?? ({ value: null, type: askedOf(type).literal } as Literal);
  switch (row.op) {
    case 'in':
    case 'not_in':
      return askedOf(type).inList ? listExpression(row, left, values) : { op: row.op, left, right: values };
    case 'is_empty':
    case 'is_not_empty':
      return { op: row.op, left };
    case 'between':
    case 'not_between':
      return { op: row.op, left, right: [first, values[1] ?? first] };
    default:
      return { op: row.op, left, right: first };
  }
}

/** Whether a row still says what was read. */
const asWritten = (row: Row, written: Written): boolean =>
  row.field === written.field &&
  row.op === written.op &&
  row.blank === written.blank &&
  row.values.length === written.values.length &&
  row.values.every((value, index) => value === written.values[index]);

function rowExpression(row: Row, typeOf: TypeOf): Expression {
  if (row.written && asWritten(row, row.written)) return row.written.expression;
  const test = testExpression(row, typeOf);
  const left: FieldRef = { field: row.field };
  if (row.blank === 'holds') return { or: [test, { op: 'is_empty', left }] };
  if (row.blank === 'fails') return { and: [test, { op: 'is_not_empty', left }] };
  return test;
}

export type Compiled = {
  expression: Expression | null;
  /** Where each node of the tree stands in the expression; incomplete rows and empty groups stand nowhere. */
  paths: Map<string, string>;
  /** Where the test of each row stands, without what it says of no value. */
  tests: Map<string, string>;
};

type Placed = { bareable: boolean; expression: Expression; place: (path: string) => void };
type Places = Pick<Compiled, 'paths' | 'tests'>;

const join = (path: string, step: string) => (path ? `${path}.${step}` : step);

function compileLeaf(node: Leaf, typeOf: TypeOf, { paths, tests }: Places): Placed | null {
  if (isRow(node) && !isComplete(node)) return null;
  const blank = isRow(node) ? node.blank : undefined;
  const step = blank === undefined ? null : blank === 'holds' ? 'or.0' : 'and.0';
  return {
    bareable: blank === undefined,
    expression: isRow(node) ? rowExpression(node, typeOf) : node.expression,
    place: (path) => {
      paths.set(node.id, path);
      tests.set(node.id, step ? join(path, step) : path);
    },
  };
}

/** The root is drawn around a single row, and "none of" around a single row is its negation, if nobody wrote a list. */
function isBare(group: Group, only: Placed, isRoot: boolean): boolean {
  if (group.shape) return group.shape === 'bare';
  return only.bareable && (group.kind === 'none' || (isRoot && group.kind === 'all'));
}

/** A group of one is kept as it was drawn. The server counts its only member, so both stand at that place. */
function compileNode(node: TreeNode, typeOf: TypeOf, places: Places, isRoot = false): Placed | null {
  if (!isGroup(node)) return compileLeaf(node, typeOf, places);
  const { paths } = places;
  const children = node.children
    .map((child) => compileNode(child, typeOf, places))
    .filter((child): child is Placed => child !== null);
  if (children.length === 0) return null;
  const [only] = children;
  const bare = only && children.length === 1 && isBare(node, only, isRoot) ? only : null;
  const key = node.kind === 'all' ? 'and' : 'or';
  const members = children.map((child) => child.expression);
  const inner: Pick<Placed, 'expression' | 'place'> = bare ?? {
    expression: key === 'and' ? { and: members } : { or: members },
    place: (path) => children.forEach((child, index) => child.place(join(path, `${key}.${index}`))),
  };
  const negative = node.kind === 'none';
  return {
    bareable: false,
    expression: negative ? { not: inner.expression } : inner.expression,
    place: (path) => {
      paths.set(node.id, path);
      inner.place(negative ? join(path, 'not.0') : path);
      const member = node.children.find((child) => paths.has(child.id));
      if (children.length === 1 && !negative && member) paths.set(node.id, paths.get(member.id) ?? path);
    },
  };
}

export function compile(root: Group, typeOf: TypeOf): Compiled {
  const places: Places = { paths: new Map(), tests: new Map() };
  const placed = compileNode(root, typeOf, places, true);
  placed?.place('');
  return { expression: placed?.expression ?? null, ...places };
}

/** The expressions of the first 1, 2, … n children of an "all" root: the narrowing, step by step. */
export function prefixes(root: Group, typeOf: TypeOf): { child: TreeNode; expression: Expression }[] {
  if (root.kind !== 'all') return [];
  const complete = root.children.filter((child) => compile(newGroup('all', [child]), typeOf).expression);
  return complete.flatMap((child, index) => {
    const { expression } = compile({ ...root, children: complete.slice(0, index + 1) }, typeOf);
    return expression ? [{ child, expression }] : [];
  });
}

/** The expression without one of its rows, for "drop this condition and get …". */
export function without(root: Group, id: string, typeOf: TypeOf): Expression | null {
  return compile(removeNode(root, id), typeOf).expression;
}

/** A tree as it would be drawn by hand, for comparing what two of them say. */
export function redrawn<T extends TreeNode>(node: T): T {
  if (isGroup(node)) return { ...node, children: node.children.map(redrawn) };
  return isRow(node) ? { ...node, written: undefined } : node;
}

/* Edits: each answers a new tree */

export function updateNode(root: Group, id: string, change: (node: TreeNode) => TreeNode): Group {
  const walk = (node: TreeNode): TreeNode => {
    if (node.id === id) return change(node);
    return isGroup(node) ? { ...node, children: node.children.map(walk) } : node;
  };
  return walk(root) as Group;
}

export function removeNode(root: Group, id: string): Group {
  const walk = (group: Group): Group => ({
    ...group,
    children: group.children.filter((child) => child.id !== id).map((child) => (isGroup(child) ? walk(child) : child)),
  });
  return walk(root);
}

export function addNode(root: Group, groupId: string, node: TreeNode): Group {
  return updateNode(root, groupId, (group) =>
    isGroup(group) ? { ...group, children: [...group.children, node] } : group,
  );
}

/** Read a group in another way; how it was written is written no longer. */
export function setKind(root: Group, groupId: string, kind: GroupKind): Group {
  return updateNode(root, groupId, (group) =>
    isGroup(group) && group.kind !== kind ? { id: group.id, kind, children: group.children } : group,
  );
}

/** Move a node one place up or down among its siblings. */
export function shiftNode(root: Group, id: string, by: -1 | 1): Group {
  const walk = (group: Group): Group => {
    const index = group.children.findIndex((child) => child.id === id);
    const children = group.children.map((child) => (isGroup(child) ? walk(child) : child));
    const target = index + by;
    if (index >= 0 && target >= 0 && target < children.length) {
      const [moved] = children.splice(index, 1);
      if (moved) children.splice(target, 0, moved);
    }
    return { ...group, children };
  };
  return walk(root);
}

export function sizeOf(root: Group): { rows: number; groups: number } {
  return root.children.reduce(
    (sum, child) => {
      if (!isGroup(child)) return { ...sum, rows: sum.rows + 1 };
      const inner = sizeOf(child);
      return { rows: sum.rows + inner.rows, groups: sum.groups + inner.groups };
    },
    { rows: 0, groups: 1 },
  );
}
