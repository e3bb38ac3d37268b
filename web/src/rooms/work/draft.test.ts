import { describe, expect, it } from 'vitest';
import type { FieldMeta } from '../../api';
import { draftOf, formOf, hasUnsent, nameOf } from './draft';

const day = { key: 'visited_on', web: 'date', required: true } as FieldMeta;
const met = { key: 'met', web: 'boolean' } as FieldMeta;
const item = { may: ['complete', 'comment'] as ('complete' | 'comment')[], result: null, note: '', form: [day, met] };
const blank = draftOf(item);

describe('what was entered about a piece of work and not sent', () => {
  it('is nothing at first, and when nothing is left of it', () => {
    expect(hasUnsent(item, blank, false)).toBe(false);
    expect(
      hasUnsent(
        item,
        { result: null, values: { ...blank.values, note: ' ', [nameOf(day)]: null }, comment: ' ' },
        false,
      ),
    ).toBe(false);
  });
  it('is a result, a note, an entry of the form or a comment', () => {
    const entered = [
      { ...blank, result: 'done' },
      { ...blank, values: { ...blank.values, note: '已电话' } },
      { ...blank, values: { ...blank.values, 'form.visited_on': '2026-03-17' } },
      { ...blank, comment: '稍后' },
    ];
    expect(entered.map((draft) => hasUnsent(item, draft, false))).toEqual([true, true, true, true]);
  });
  it('is a comment only, once the work is finished or in other hands', () => {
    const noted = { ...blank, result: 'done', values: { ...blank.values, note: '已电话' } };
    expect([hasUnsent(item, noted, true), hasUnsent({ ...item, may: ['comment'] }, noted, false)]).toEqual([
      false,
      false,
    ]);
    expect(hasUnsent(item, { ...noted, comment: '谢谢' }, true)).toBe(true);
  });
});

it('the form is sent under the names of its entries', () => {
  expect(formOf(item.form, { ...blank.values, 'form.visited_on': '2026-03-17' })).toEqual({
    visited_on: '2026-03-17',
    met: false,
  });
});
