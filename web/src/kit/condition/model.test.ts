import { describe, expect, it } from 'vitest';
import type { Expression, VocabularyType } from '../../api';
import {
  compile,
  defaultRow,
  hasUnfinished,
  isNegation,
  isRow,
  newGroup,
  newRow,
  prefixes,
  removeNode,
  shiftNode,
  sizeOf,
  without,
  type TreeNode,
} from './model';
import { parse as parseWith } from './reading';

const types: Record<string, VocabularyType> = {
  total_asset: 'decimal',
  risk_level: 'choice',
  trade_days: 'integer',
  is_margin: 'boolean',
  open_date: 'date',
};
const typeOf = (field: string) => types[field] ?? 'text';
const known = (field: string) => ({ ...types, city: 'text' as const })[field];
const parse = (expression: Expression | null) => parseWith(expression, known);

const eight = { value: 8, type: 'integer' as const };
const twenty = { value: 20, type: 'integer' as const };
const sample: Expression = {
  and: [
    { op: '>=', left: { field: 'total_asset' }, right: { value: '300000', type: 'decimal' } },
    {
      or: [
        {
          op: 'in',
          left: { field: 'risk_level' },
          right: [
            { value: 'C4', type: 'text' },
            { value: 'C5', type: 'text' },
          ],
        },
        { op: 'between', left: { field: 'trade_days' }, right: [eight, twenty] },
      ],
    },
    { not: { op: '=', left: { field: 'is_margin' }, right: { value: true, type: 'boolean' } } },
    { op: 'is_not_empty', left: { field: 'open_date' } },
  ],
};

describe('condition tree', () => {
  it('goes to the expression and back without loss', () => {
    expect(compile(parse(sample), typeOf).expression).toEqual(sample);
  });

  it('reads "none of" as a group and a negated test as one row', () => {
    const root = parse(sample);
    expect(root.children.map((child) => child.kind)).toEqual(['row', 'any', 'none', 'row']);
    const last = root.children[3];
    expect(last && isRow(last) ? last.op : null).toBe('is_not_empty');
  });

  it('names the place of every node as the server does', () => {
    const root = parse(sample);
    const { paths } = compile(root, typeOf);
    expect([...paths.values()]).toEqual([
      '',
      'and.0',
      'and.1',
      'and.1.or.0',
      'and.1.or.1',
      'and.2',
      'and.2.not.0',
      'and.3',
    ]);
  });

  it('leaves unfinished rows and empty groups out and counts places without them', () => {
    const row = newRow('risk_level', 'in', ['C4']);
    const root = newGroup('all', [newRow('total_asset', '>='), newGroup('any'), row, newRow('open_date', 'is_empty')]);
    const { expression, paths } = compile(root, typeOf);
    expect(expression).toEqual({
      and: [
        { op: 'in', left: { field: 'risk_level' }, right: [{ value: 'C4', type: 'text' }] },
        { op: 'is_empty', left: { field: 'open_date' } },
      ],
    });
    expect(paths.get(row.id)).toBe('and.0');
    expect(compile(newGroup('all'), typeOf).expression).toBeNull();
  });

  it('knows what is not finished, at any depth', () => {
    const done = newRow('total_asset', '>=', ['1']);
    const all = (...children: TreeNode[]) => hasUnfinished(newGroup('all', children));
    expect(all(done, newRow('open_date', 'is_empty'))).toBe(false);
    expect(all(done, newRow('', '='))).toBe(true);
    expect(all(done, newRow('', 'is_empty'))).toBe(true);
    expect(all(done, newRow('trade_days', 'between', ['8', '']))).toBe(true);
    expect(all(done, newGroup('any', [done, newGroup('none', [newRow('total_asset', '>=')])]))).toBe(true);
    expect(all(done, newGroup('any'))).toBe(true);
    expect(all()).toBe(true);
  });

  it('knows "no" of a field of yes or no for a negation, and takes neither before it is chosen', () => {
    const asked = (value: string, type: VocabularyType, excluded = false) =>
      isNegation(newRow('is_margin', '=', [value]), type, excluded);
    expect([asked('false', 'boolean'), asked('true', 'boolean'), asked('true', 'boolean', true)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([asked('false', 'text'), asked('', 'boolean')]).toEqual([false, false]);
    expect(isNegation(newRow('is_margin', 'is_empty'), 'boolean', false)).toBe(false);
    const begun = defaultRow({ key: 'is_margin', labels: { zh: '', en: '' }, type: 'boolean', format: 'text' });
    expect([begun.op, begun.values]).toEqual(['=', []]);
    const said = { op: '=', left: { field: 'is_margin' }, right: { value: false, type: 'boolean' } } as const;
    const counted: Expression = { or: [said, { op: 'is_empty', left: { field: 'is_margin' } }] };
    expect(parse(counted).children).toMatchObject([{ kind: 'row', op: '=', values: ['false'], blank: 'holds' }]);
  });

  it('asks a list field for its values one by one and reads them back as one row', () => {
    const asList = () => 'list' as const;
    const root = newGroup('all', [newRow('tags', 'in', ['a', 'b']), newRow('city', 'not_in', ['c'])]);
    const { expression } = compile(root, asList);
    expect(expression && 'and' in expression && 'or' in (expression.and[0] ?? {})).toBe(true);
    const again = parseWith(expression, asList);
    expect(again.children.map((child) => isRow(child) && [child.field, child.op, child.values])).toEqual([
      ['tags', 'in', ['a', 'b']],
      ['city', 'not_in', ['c']],
    ]);
  });

  it('wraps a single comparison in a group', () => {
    const root = parse({ op: 'is_empty', left: { field: 'open_date' } });
    expect(root.kind).toBe('all');
    expect(sizeOf(root)).toEqual({ rows: 1, groups: 1 });
  });

  it('keeps groups of one as they were drawn', () => {
    const row = newRow('open_date', 'is_empty');
    const inner = newGroup('any', [row]);
    const root = newGroup('all', [
      newRow('total_asset', '>=', ['1']),
      inner,
      newGroup('none', [newGroup('any', [newRow('risk_level', 'in', ['C1'])])]),
    ]);
    const { expression, paths } = compile(root, typeOf);
    expect(compile(parse(expression), typeOf).expression).toEqual(expression);
    const again = parse(expression);
    expect(again.children.map((child) => child.kind)).toEqual(['row', 'any', 'none']);
    expect(sizeOf(again)).toEqual(sizeOf(root));
    expect(paths.get(row.id)).toBe('and.1.or.0');
    expect(paths.get(inner.id)).toBe('and.1.or.0');
  });

  it('keeps a single group below the root', () => {
    const root = newGroup('all', [
      newGroup('any', [newRow('open_date', 'is_empty'), newRow('is_margin', '=', ['true'])]),
    ]);
    const again = parse(compile(root, typeOf).expression);
    expect([again.kind, again.children.map((child) => child.kind)]).toEqual(['all', ['any']]);
  });

  it('narrows step by step', () => {
    expect(
      prefixes(parse(sample), typeOf).map((step) => ('and' in step.expression ? step.expression.and.length : 1)),
    ).toEqual([1, 2, 3, 4]);
  });

  it('drops, removes and moves nodes', () => {
    const root = parse(sample);
    const first = root.children[0]?.id ?? '';
    const rest = without(root, first, typeOf);
    expect(rest && 'and' in rest && rest.and).toHaveLength(3);
    expect(removeNode(root, first).children).toHaveLength(3);
    expect(shiftNode(root, first, 1).children[1]?.id).toBe(first);
  });
});
