import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { FieldMeta } from '../../api';
import { unwritten } from './written';

type Lists = Record<string, { right: string[]; wrong: string[] }>;
const LISTS = JSON.parse(readFileSync('../tests/unit/fields/written.json', 'utf8')) as Lists;

const judged = (form: string, text: string) =>
  unwritten({ written: { always: form, by: null, of: {} } } as unknown as FieldMeta, text, () => null);

it('judges numbers as the server does', () => {
  for (const [form, { right, wrong }] of Object.entries(LISTS)) {
    expect(right.map((text) => judged(form, text))).toEqual(right.map(() => null));
    expect(wrong.filter((text) => judged(form, text) === null)).toEqual([]);
  }
});

it('asks the field beside it of what kind a number is', () => {
  const field = { written: { always: null, by: 'type', of: { card: 'resident_id' } } } as unknown as FieldMeta;
  expect(unwritten(field, '123', () => 'card')).toEqual({ text: 'written.idLength', facts: { length: 3 } });
  expect(unwritten(field, '123', () => 'passport')).toBeNull();
  expect(unwritten(field, '  ', () => 'card')).toBeNull();
});
