import { describe, expect, it } from 'vitest';
import type { TableColumn } from '../api';
import { phoneParts } from './phoneParts';

const column = (key: string, format: TableColumn['format'], tone: TableColumn['tone'] = null): TableColumn => ({
  key,
  format,
  tone,
  labels: { zh: key, en: key },
  unit: null,
  align: 'left',
  options: [],
});
const row = (cells: Record<string, number | null>) => ({ key: '1', path: null, cells });
const keys = (columns: TableColumn[]) => columns.map((one) => one.key);

const loads = [
  column('source', 'link'),
  column('file', 'text'),
  column('day', 'date'),
  column('loaded', 'count'),
  column('before', 'count'),
  column('rejected', 'count', 'attention'),
  column('state', 'tag'),
  column('finished', 'datetime'),
];

describe('a row on a phone', () => {
  it('says by name what wants attention, and only where there is some', () => {
    const parts = phoneParts(loads);
    expect(keys(parts.named(row({ loaded: 7, before: 8, rejected: 3 })))).toEqual(['rejected']);
    expect(parts.named(row({ loaded: 7, before: 8, rejected: 0 }))).toEqual([]);
    expect(parts.named(row({ loaded: 7, before: 8, rejected: null }))).toEqual([]);
  });
  it('shows three texts below the title and two figures at the right', () => {
    const parts = phoneParts(loads);
    expect(keys(parts.texts)).toEqual(['file', 'day', 'state']);
    expect([parts.end?.key, parts.endSub?.key]).toEqual(['loaded', 'before']);
  });
  it('names further figures where hardly a text tells rows apart', () => {
    const parts = phoneParts([
      column('name', 'link'),
      column('a', 'count'),
      column('b', 'count'),
      column('c', 'count'),
      column('d', 'money'),
    ]);
    expect(keys(parts.named(row({ c: 1, d: 2 })))).toEqual(['c', 'd']);
  });
  it('names all figures of a row that has none of the usual ones', () => {
    const parts = phoneParts(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => column(key, 'count')));
    expect(keys(parts.named(row({ g: 7 })))).toEqual(['g']);
    expect(keys(parts.named(row({ a: 1, g: 7 })))).toEqual([]);
  });
  it('leaves a text out where figures below the title fill the line, never a mark', () => {
    const figures = ['a', 'b', 'c', 'd'].map((key) => column(key, 'change'));
    const movers = phoneParts([column('name', 'link'), column('number', 'text'), ...figures]);
    expect([keys(movers.texts), keys(movers.named(row({ a: 1, b: 1, c: 1, d: 1 })))]).toEqual([[], ['c', 'd']]);
    const board = phoneParts([
      column('name', 'link'),
      column('state', 'tag'),
      ...figures,
      column('e', 'count'),
      column('f', 'count'),
    ]);
    expect([keys(board.texts), keys(board.named(row({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 })))]).toEqual([
      ['state'],
      ['c', 'd', 'e', 'f'],
    ]);
  });
  it('shows a mark at the right where there is no figure', () => {
    const texts = ['w', 'x', 'y', 'z'].map((key) => column(key, 'text'));
    expect(phoneParts([...texts, column('state', 'tag')]).end?.key).toBe('state');
  });
});
