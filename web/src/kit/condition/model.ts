/** The editable condition tree and its two-way translation to the expression JSON of the contract. */
import type { Expression, FieldRef, Literal, VocabularyItem, VocabularyType } from '../../api';
import { askedOf, typedText } from '../fields/asked';

export type GroupKind = 'all' | 'any' | 'none';
export type RowOp = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'between' | 'in' | 'not_in' | 'is_empty' | 'is_not_empty';
export type Row = { id: string; kind: 'row'; field: string; op: RowOp; values: string[]; locked?: boolean };
export type Group = { id: string; kind: GroupKind; children: TreeNode[] };
export type TreeNode = Row | Group;

let serial = 0;
const newId = () => `n${++serial}`;

export const isRow = (node: TreeNode): node is Row => node.kind === 'row';

export function newGroup(kind: GroupKind, children: TreeNode[] = []): Group {
  return { id: newId(), kind, children };
}

export function newRow(field: string, op: RowOp, values: string[] = []): Row {
  return { id: newId(), kind: 'row', field, op, values };
}

/* What may be asked of a type */

export function operatorsOf(type: VocabularyType): RowOp[] {
  return askedOf(type).ops;
}

export function valueCount(op: RowOp): 0 | 1 | 2 | 'many' {
  if (op === 'is_empty' || op === 'is_not_empty') return 0;
  if (op === 'between') return 2;
  return op === 'in' || op === 'not_in' ? 'many' : 1;
}

export function defaultRow(item: VocabularyItem): Row {
  const { ops, start } = askedOf(item.type);
  return newRow(item.key, ops[0] ?? '=', start ?? []);
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
  return isRow(node) ? !isComplete(node) : node.children.length === 0 || node.children.some(hasUnfinished);
}

/* Tree → expression */

function literal(value: string, type: VocabularyType): Literal {
  const asked = askedOf(type);
  return { value: asked.read ? asked.read(value) : value, type: asked.literal } as Literal;
}

export type TypeOf = (field: string) => VocabularyType;

function listExpression(row: Row, left: FieldRef, values: Literal[]): Expression {
  const op = row.op === 'not_in' ? 'not_in' : 'in';
  const each = values.map((value): Expression => ({ op, left: value, right: left }));
  const [only] = each;
  if (each.length === 1 && only) return only;
  return op === 'in' ? { or: each } : { and: each };
}

function rowExpression(row: Row, typeOf: TypeOf): Expression {
  const left: FieldRef = { field: row.field };
  const type = typeOf(row.field);
  const values = row.values.map((value) => literal(value, type));
  const first = values[0] ?? ({ value: null, type: askedOf(type).literal } as Literal);
  switch (row.op) {
    case 'in':
    case 'not_in':
      return askedOf(type).inList ? listExpression(row, left, values) : { op: row.op, left, right: values };
    case 'is_empty':
    case 'is_not_empty':
      return { op: row.op, left };
    case 'between':
      return { op: 'between', left, right: [first, values[1] ?? first] };
    default:
      return { op: row.op, left, right: first };
  }
}

export type Compiled = {
  expression: Expression | null;
  /** Where each node of the tree stands in the expression; incomplete rows and empty groups stand nowhere. */
  paths: Map<string, string>;
};

type Placed = { isRow: boolean; expression: Expression; place: (path: string) => void };

const join = (path: string, step: string) => (path ? `${path}.${step}` : step);

/** A group of one is kept as it was drawn. The server counts its only member, so both stand at that place. */
function compileNode(node: TreeNode, typeOf: TypeOf, paths: Map<string, string>, isRoot = false): Placed | null {
  if (isRow(node)) {
    if (!isComplete(node)) return null;
    return { isRow: true, expression: rowExpression(node, typeOf), place: (path) => paths.set(node.id, path) };
  }
  const children = node.children
    .map((child) => compileNode(child, typeOf, paths))
    .filter((child): child is Placed => child !== null);
  if (children.length === 0) return null;
  const [only] = children;
  // The root is drawn around a single row, and "none of" around a single row is its negation.
  const bare =
    only && children.length === 1 && only.isRow && (node.kind === 'none' || (isRoot && node.kind === 'all'))
      ? only
      : null;
  const key = node.kind === 'all' ? 'and' : 'or';
  const inner: Placed = bare ?? {
    isRow: false,
    expression:
      key === 'and'
        ? { and: children.map((child) => child.expression) }
        : { or: children.map((child) => child.expression) },
    place: (path) => children.forEach((child, index) => child.place(join(path, `${key}.${index}`))),
  };
  const negative = node.kind === 'none';
  return {
    isRow: false,
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
  const paths = new Map<string, string>();
  const placed = compileNode(root, typeOf, paths, true);
  placed?.place('');
  return { expression: placed?.expression ?? null, paths };
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

/* Expression → tree */

type Side = Expression | Expression[];

const isField = (side: Side): side is FieldRef => 'field' in side;
const isValue = (side: Side): side is Literal => 'value' in side && !('aggregate' in side);
export const isRowOp = (op: string): op is RowOp => Object.hasOwn(OPERATORS, op);

const OPERATORS: Record<RowOp, true> = {
  '=': true,
  '!=': true,
  '<': true,
  '<=': true,
  '>': true,
  '>=': true,
  between: true,
  in: true,
  not_in: true,
  is_empty: true,
  is_not_empty: true,
};

/** One test as a row; what rows cannot say is a row that is not filled in. */
function leafRow(leaf: Expression): Row {
  const unknown = newRow('', '=');
  if (!('op' in leaf)) return unknown;
  const op = leaf.op === 'not_between' ? 'between' : leaf.op;
  if (!isRowOp(op)) return unknown;
  if (!('right' in leaf)) return isField(leaf.left) ? newRow(leaf.left.field, op) : unknown;
  if (isValue(leaf.left)) return newRow(isField(leaf.right) ? leaf.right.field : '', op, [typedText(leaf.left)]);
  if (!isField(leaf.left)) return unknown;
  const values = Array.isArray(leaf.right) ? leaf.right : [leaf.right];
  return newRow(leaf.left.field, op, values.filter(isValue).map(typedText));
}

const OPPOSITE = { in: 'not_in', is_empty: 'is_not_empty' } as const;

function negated(inner: Expression): TreeNode {
  if ('or' in inner) return newGroup('none', parseMany(inner.or, 'in'));
  if ('op' in inner && (inner.op === 'in' || inner.op === 'is_empty'))
    return { ...leafRow(inner), op: OPPOSITE[inner.op] };
  return newGroup('none', [parseNode(inner)]);
}

const listField = (node: Expression, op: 'in' | 'not_in') =>
  'op' in node && node.op === op && 'right' in node && isValue(node.left) && isField(node.right)
    ? node.right.field
    : null;

/** The members of a group; several values asked of one list field are one row. */
function parseMany(members: Expression[], op: 'in' | 'not_in'): TreeNode[] {
  const fields = members.map((member) => listField(member, op));
  const field = fields[0];
  if (members.length < 2 || !field || fields.some((other) => other !== field)) return members.map(parseNode);
  const values = members.flatMap((member) => ('op' in member && isValue(member.left) ? [typedText(member.left)] : []));
  return [newRow(field, op, values)];
}

function grouped(kind: 'all' | 'any', members: Expression[]): TreeNode {
  const children = parseMany(members, kind === 'any' ? 'in' : 'not_in');
  const [only] = children;
  return children.length === 1 && members.length > 1 && only ? only : newGroup(kind, children);
}

function parseNode(expression: Expression): TreeNode {
  if ('and' in expression) return grouped('all', expression.and);
  if ('or' in expression) return grouped('any', expression.or);
  if ('not' in expression) return negated(expression.not);
  if ('op' in expression && expression.op === 'not_between') return newGroup('none', [leafRow(expression)]);
  return leafRow(expression);
}

/** Any expression as a tree whose root is a group. */
export function parse(expression: Expression | null | undefined): Group {
  if (!expression) return newGroup('all');
  const node = parseNode(expression);
  return isRow(node) || node.kind === 'none' ? newGroup('all', [node]) : node;
}

/* Edits: each answers a new tree */

export function updateNode(root: Group, id: string, change: (node: TreeNode) => TreeNode): Group {
  const walk = (node: TreeNode): TreeNode => {
    if (node.id === id) return change(node);
    return isRow(node) ? node : { ...node, children: node.children.map(walk) };
  };
  return walk(root) as Group;
}

export function removeNode(root: Group, id: string): Group {
  const walk = (group: Group): Group => ({
    ...group,
    children: group.children.filter((child) => child.id !== id).map((child) => (isRow(child) ? child : walk(child))),
  });
  return walk(root);
}

export function addNode(root: Group, groupId: string, node: TreeNode): Group {
  return updateNode(root, groupId, (group) =>
    isRow(group) ? group : { ...group, children: [...group.children, node] },
  );
}

/** Move a node one place up or down among its siblings. */
export function shiftNode(root: Group, id: string, by: -1 | 1): Group {
  const walk = (group: Group): Group => {
    const index = group.children.findIndex((child) => child.id === id);
    const children = group.children.map((child) => (isRow(child) ? child : walk(child)));
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
      if (isRow(child)) return { ...sum, rows: sum.rows + 1 };
      const inner = sizeOf(child);
      return { rows: sum.rows + inner.rows, groups: sum.groups + inner.groups };
    },
    { rows: 0, groups: 1 },
  );
}
