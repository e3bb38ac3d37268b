import { describe, expect, it } from 'vitest';
import type { Expression, VocabularyType } from '../../api';
import {
  compile,
  hasUnfinished,
  isGroup,
  isRow,
  isSentence,
  newRow,
  redrawn,
  removeNode,
  setKind,
  updateNode,
  type Group,
  type Leaf,
  type Row,
  type TreeNode,
} from './model';
import { parse as parseWith } from './reading';

const types: Record<string, VocabularyType> = {
  asset: 'decimal',
  trades: 'integer',
  city: 'text',
  tier: 'choice',
  tags: 'list',
  margin: 'boolean',
  born: 'date',
};
const known = (field: string): VocabularyType | undefined => types[field];
const typeOf = (field: string): VocabularyType => types[field] ?? 'text';
const parse = (expression: Expression) => parseWith(expression, known);
const json = (root: Group) => compile(root, typeOf).expression;

type Literal = { value: string | number | boolean | null; type?: 'text' | 'integer' | 'decimal' | 'date' | 'boolean' };
const value = (given: Literal['value'], type?: Literal['type']): Expression =>
  type ? { value: given, type } : { value: given };
const field = (name: string): Expression => ({ field: name });
const day = (name: string) => value(name, 'date');

const SIDES: Expression[] = [
  ...Object.keys(types).map(field),
  field('unknown'),
  field('branch.name'),
  { param: 'business_date' },
  value(8, 'integer'),
  value(8),
  value('8', 'integer'),
  value('300000.0', 'decimal'),
  value('0.10', 'decimal'),
  value('上海', 'text'),
  value('上海'),
  value('', 'text'),
  day('2026-03-17'),
  value(true, 'boolean'),
  value(true),
  value(null),
  { negate: field('asset') },
  { op: '-', left: { param: 'business_date' }, right: value(30, 'integer') },
  { op: '*', left: field('asset'), right: value('1.5', 'decimal') },
  { call: 'coalesce', args: [field('asset'), value(0)] },
  { aggregate: 'count', over: 'orders', where: { op: '=', left: field('status'), right: value('won') } },
  { aggregate: 'sum', over: 'branch.orders', value: field('amount') },
];
const BINARY = ['=', '!=', '<', '<=', '>', '>='] as const;

function* tests(): Generator<Expression> {
  for (const left of SIDES) {
    yield { op: 'is_empty', left };
    yield { op: 'is_not_empty', left };
    for (const right of SIDES) {
      for (const op of BINARY) yield { op, left, right };
      for (const op of ['in', 'not_in'] as const) {
        yield { op, left, right };
        yield { op, left, right: [right] };
        yield { op, left, right: [right, right] };
        yield { op, left, right: [value('a', 'text'), right] };
      }
      for (const op of ['between', 'not_between'] as const) {
        yield { op, left, right: [right, value(9, 'integer')] };
        yield { op, left, right: [day('2026-01-01'), right] };
      }
    }
    yield { op: 'in', left, right: [] };
  }
  yield* SIDES;
  yield { aggregate: 'exists', over: 'orders' };
  yield { call: 'starts_with', args: [field('city'), value('上')] };
}
const TESTS = [...tests()];

/** Numbers that are the same in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

function drawn(roll: (sides: number) => number, depth: number): Expression {
  const test = () => TESTS[roll(TESTS.length)] as Expression;
  const editable = (): Expression =>
    [
      { op: '!=', left: field('tier'), right: value('gold', 'text') } as Expression,
      { op: 'not_in', left: field('city'), right: [value('a'), value('b', 'text')] } as Expression,
      { op: 'in', left: value('vip', 'text'), right: field('tags') } as Expression,
      { op: 'is_empty', left: field('tier') } as Expression,
      { op: 'is_not_empty', left: field('city') } as Expression,
      { op: '>=', left: field('asset'), right: value(5, 'integer') } as Expression,
    ][roll(6)] as Expression;
  const kind = depth === 0 ? roll(2) : roll(6);
  if (kind === 0) return test();
  if (kind === 1) return editable();
  const several = () => Array.from({ length: 1 + roll(3) }, () => drawn(roll, depth - 1));
  if (kind === 2) return { and: several() };
  if (kind === 3) return { or: several() };
  return { not: drawn(roll, depth - 1) };
}

const leaves = (node: TreeNode): Leaf[] => (isGroup(node) ? node.children.flatMap(leaves) : [node]);

/** Where a row's expression stands inside the whole, by identity: what stands there, and how often. */
function parts(whole: unknown, found: unknown[] = []): unknown[] {
  if (typeof whole !== 'object' || whole === null) return found;
  found.push(whole);
  for (const part of Object.values(whole)) parts(part, found);
  return found;
}

/** The text of an expression in which every piece that must stay has been cut out. */
const without = (whole: Expression, piece: Expression): string =>
  JSON.stringify(whole, (_key, part: unknown) => (part === piece ? '…' : part));

describe('the condition builder', () => {
  it('gives every test back as it was, alone, negated and in groups', () => {
    const changed: Expression[] = [];
    for (const test of TESTS) {
      const shapes: Expression[] = [
        test,
        { not: test },
        { not: { not: test } },
        { and: [test] },
        { or: [test] },
        { not: { or: [test] } },
        { not: { and: [test] } },
        { or: [test, { op: 'is_empty', left: field('tier') }] },
        { and: [test, { op: 'is_not_empty', left: field('tier') }, test] },
      ];
      changed.push(...shapes.filter((shape) => JSON.stringify(json(parse(shape))) !== JSON.stringify(shape)));
    }
    expect(changed).toEqual([]);
  });

  it('gives any tree back as it was, to the last key, and finds nothing unfinished in it', () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const expression = drawn(dice(seed), 4);
      const root = parse(expression);
      expect(JSON.stringify(json(root))).toBe(JSON.stringify(expression));
      expect(hasUnfinished(root)).toBe(false);
    }
  });

  it('changes the part that is edited and nothing else', () => {
    let edited = 0;
    for (let seed = 1; seed <= 1000; seed++) {
      const expression = drawn(dice(seed), 4);
      const root = parse(expression);
      for (const row of leaves(root).filter(isRow)) {
        const whole = row.written?.expression as Expression;
        expect(parts(expression)).toContain(whole);
        const changed = updateNode(root, row.id, (node) => ({
          ...(node as Row),
          field: 'other',
          op: '=',
          values: ['x'],
          blank: undefined,
        }));
        const mark = { op: '=', left: { field: 'other' }, right: { value: 'x', type: 'text' } };
        const after = JSON.stringify(json(changed)).replace(JSON.stringify(mark), '"…"');
        expect(after).toBe(without(expression, whole));
        edited++;
      }
    }
    expect(edited).toBeGreaterThan(1000);
  });

  it('writes a row that is edited and set back as it was', () => {
    const expression: Expression = { op: '<', left: value(5), right: field('trades') };
    const root = parse(expression);
    const [row] = leaves(root).filter(isRow);
    expect([row?.field, row?.op, row?.values]).toEqual(['trades', '>', ['5']]);
    const set = (values: string[]) => updateNode(root, row?.id ?? '', (node) => ({ ...(node as Row), values }));
    expect(json(set(['6']))).toEqual({ op: '>', left: field('trades'), right: value(6, 'integer') });
    expect(json(set(['5']))).toEqual(expression);
  });

  it('keeps the other value of a row as it was written', () => {
    const expression: Expression = {
      op: 'not_between',
      left: field('asset'),
      right: [value(1), value('2.50', 'decimal')],
    };
    const root = parse(expression);
    const [row] = leaves(root);
    const changed = updateNode(root, row?.id ?? '', (node) => ({ ...(node as Row), values: ['3', '2.50'] }));
    expect(json(changed)).toEqual({ ...expression, right: [value('3', 'decimal'), value('2.50', 'decimal')] });
  });

  it('makes a sentence of whatever its editors cannot show', () => {
    const shown = (expression: Expression) => leaves(parse(expression)).map((leaf) => leaf.kind);
    const sentences: Expression[] = [
      { op: '<', left: field('born'), right: { op: '-', left: { param: 'business_date' }, right: value(30) } },
      { op: '=', left: field('unknown'), right: value('x') },
      { op: 'is_empty', left: field('branch.name') },
      { op: '=', left: field('asset'), right: field('trades') },
      { op: '=', left: field('trades'), right: value('1.5', 'decimal') },
      { op: '=', left: field('asset'), right: value('a', 'text') },
      { op: '=', left: field('city'), right: value(null) },
      { op: 'in', left: field('asset'), right: [value(1)] },
      { op: 'in', left: field('city'), right: [value('a'), value('a', 'text')] },
      { op: 'in', left: field('tags'), right: [value('a')] },
      field('margin'),
      { aggregate: 'exists', over: 'orders' },
    ];
    for (const expression of sentences) {
      expect(shown(expression)).toEqual(['sentence']);
      expect(shown({ and: [expression, { op: '=', left: field('tier'), right: value('gold') }] })).toEqual([
        'sentence',
        'row',
      ]);
    }
  });

  it('removes a sentence and leaves the rest', () => {
    const first: Expression = { op: '<', left: field('born'), right: { param: 'business_date' } };
    const second: Expression = { op: '=', left: value('gold'), right: field('tier') };
    const root = parse({ and: [first, second] });
    const sentence = leaves(root).find(isSentence);
    expect(sentence?.expression).toEqual(first);
    expect(json(removeNode(root, sentence?.id ?? ''))).toEqual({ and: [second] });
  });

  it('names the places of sentences and rows as the server does', () => {
    const sentence: Expression = { op: '<', left: field('born'), right: { param: 'business_date' } };
    const listed: Expression = {
      or: ['a', 'b'].map((one) => ({ op: 'in', left: value(one, 'text'), right: field('tags') })),
    };
    const blank: Expression = {
      or: [
        { op: '!=', left: field('tier'), right: value('gold') },
        { op: 'is_empty', left: field('tier') },
      ],
    };
    const root = parse({
      and: [
        { not: { or: [sentence, listed] } },
        blank,
        { not: { op: 'in', left: field('city'), right: [value('a')] } },
      ],
    });
    const { paths, tests: places } = compile(root, typeOf);
    const found = leaves(root).map((leaf) => [leaf.kind, paths.get(leaf.id), places.get(leaf.id)]);
    expect(found).toEqual([
      ['sentence', 'and.0.not.0.or.0', 'and.0.not.0.or.0'],
      ['row', 'and.0.not.0.or.1', 'and.0.not.0.or.1'],
      ['row', 'and.1', 'and.1.or.0'],
      ['row', 'and.2', 'and.2'],
    ]);
  });

  it('reads a group another way once its band says so', () => {
    const expression: Expression = { not: { op: '=', left: field('tier'), right: value('gold') } };
    const root = parse(expression);
    const [group] = root.children;
    expect(json(setKind(root, group?.id ?? '', 'none'))).toEqual(expression);
    expect(json(setKind(root, group?.id ?? '', 'any'))).toEqual({
      or: [{ op: '=', left: field('tier'), right: value('gold') }],
    });
  });
});

describe('what is said of no value', () => {
  const test: Expression = { op: '!=', left: field('tier'), right: value('gold', 'text') };
  const chosen = (root: Group, blank: Row['blank']) => {
    const [row] = leaves(root);
    return updateNode(root, row?.id ?? '', (node) => ({ ...(node as Row), blank }));
  };
  const holds: Expression = { or: [test, { op: 'is_empty', left: field('tier') }] };
  const fails: Expression = { and: [test, { op: 'is_not_empty', left: field('tier') }] };

  it('is written out and read back as one row', () => {
    expect(json(chosen(parse(test), 'holds'))).toEqual(holds);
    expect(json(chosen(parse(test), 'fails'))).toEqual(fails);
    for (const [expression, blank] of [
      [holds, 'holds'],
      [fails, 'fails'],
    ] as const) {
      const [row, ...others] = leaves(parse(expression));
      expect([row?.kind === 'row' && row.blank, others]).toEqual([blank, []]);
      expect(json(chosen(parse(expression), undefined))).toEqual(test);
      expect(json(redrawn(parse(expression)))).toEqual(expression);
    }
  });

  it('is a part of an excluded test, too, and two rows elsewhere', () => {
    const positive: Expression = { op: '=', left: field('tier'), right: value('gold', 'text') };
    const pair: Expression = { or: [positive, { op: 'is_empty', left: field('tier') }] };
    expect(leaves(parse({ not: pair }))).toHaveLength(1);
    expect(leaves(parse(pair))).toHaveLength(2);
    const drawnByHand = newRow('tier', '!=', ['gold']);
    expect(leaves(parse({ and: [holds, holds] }))).toHaveLength(2);
    expect(drawnByHand.blank).toBeUndefined();
  });
});
