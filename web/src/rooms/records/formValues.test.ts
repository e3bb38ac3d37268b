import { describe, expect, it } from 'vitest';
import type { FieldMeta, RecordDetail } from '../../api';
import { faultOf, fromForm, toForm } from '../../kit/fields';
import { aField } from './formTesting';
import { begun, changesOf, hasChanges, isEditable } from './formValues';
import { givenIn, parentIn } from './given';

const field = (key: string, type: string, more: Partial<FieldMeta> = {}) => aField(key, key, type, more);
const at = field('at', 'datetime');
const born = field('born', 'date');
const sum = field('sum', 'money');
const vip = field('vip', 'boolean');
const manager = field('manager', 'reference');
const name = field('name', 'text', { owner: 'source' });
const fields = [at, born, sum, vip, manager, name];
const record = {
  values: {
    at: '2026-03-17T16:30:12Z',
    born: '1980-05-01',
    sum: { amount: '12.50', currency: 'CNY' },
    vip: null,
    manager: { uid: 'e1', display: '彭霞雪', object: 'employee' },
    name: '张三',
  },
  refused: [],
  from_source: true,
} as unknown as RecordDetail;
const shown = Object.fromEntries(fields.map((one) => [one.key, toForm(one, record.values[one.key])]));

describe('values of a record in the form', () => {
  it('shows a moment on the wall clock of Shanghai and gives the instant back', () => {
    expect(toForm(at, '2026-03-17T16:30:00Z')).toBe('2026-03-18T00:30');
    expect(fromForm(at, '2026-03-18T00:30')).toBe('2026-03-17T16:30:00.000Z');
  });
  it('leaves a business date alone', () => {
    expect(fromForm(born, toForm(born, '1980-05-01'))).toBe('1980-05-01');
  });
  it('sends money as text, a reference by its uid, nothing as null', () => {
    expect(fromForm(sum, 12.5)).toBe('12.5');
    expect(fromForm(manager, { value: 'e1', label: '彭霞雪' })).toBe('e1');
    expect(fromForm(at, null)).toBeNull();
  });
});

describe('a number that is none', () => {
  const typed = ['13,75', '12,3,4', '1 234', '1.299,00', '1,37', '１３，７５', '12元'];
  const kinds = (['integer', 'decimal', 'percent', 'duration', 'money'] as const).map((type) => field('n', type));
  it('is refused at its field, whatever the field counts', () => {
    const words = (web: string) => (web === 'percent' ? 'number.refusedPercent' : 'number.refused');
    for (const one of kinds) expect(typed.map((text) => faultOf(one, text))).toEqual(typed.map(() => words(one.web)));
    expect(typed.map((amount) => faultOf(sum, { amount, currency: 'CNY' }))).toEqual(typed.map(() => 'number.refused'));
    expect(kinds.map((one) => faultOf(one, '1.5'))).toEqual(['number.notWhole', null, null, 'number.notWhole', null]);
  });
  it('is never sent as another number, nor as nothing', () => {
    for (const one of kinds) expect(typed.map((text) => fromForm(one, text))).toEqual(typed);
    expect(fromForm(sum, { amount: '13,75', currency: 'HKD' })).toEqual({ amount: '13,75', currency: 'HKD' });
  });
  it('is no fault of one that is a number, or not there', () => {
    for (const one of kinds)
      expect([1375, '1375', '0', '-5', '', null, undefined].map((value) => faultOf(one, value))).toEqual(
        Array(7).fill(null),
      );
  });
});

describe('what an address fills in', () => {
  const pointing = { ...manager, web: 'reference', target: 'employee' };
  it('are references to records, of fields of the form that may be filled in', () => {
    const search = new URLSearchParams({ manager: 'e1', vip: '1', born: '1980-05-01', back: '/', other: 'x' });
    expect(givenIn(search, [born, vip, pointing])).toEqual([{ key: 'manager', object: 'employee', uid: 'e1' }]);
    expect(givenIn(search, [{ ...pointing, readonly: true }])).toEqual([]);
    expect(givenIn(new URLSearchParams(), [pointing])).toEqual([]);
  });
  it('narrow a list to the record that its rows point at, though nobody may fill it in', () => {
    const search = new URLSearchParams({ born: '1980-05-01', manager: 'e1' });
    const parent = { key: 'manager', object: 'employee', uid: 'e1' };
    expect(parentIn(search, [born, vip, { ...pointing, readonly: true }])).toEqual(parent);
    expect(parentIn(search, [born, vip])).toBeNull();
    expect(parentIn(new URLSearchParams(), [pointing])).toBeNull();
  });
});

describe('a new record', () => {
  const kind = field('kind', 'choice', { default: 'person', owner: 'source' });
  it('begins with what its definition gives it, which is no change of its own and is sent', () => {
    const values = { kind: begun(kind) };
    expect(values).toEqual({ kind: 'person' });
    expect(hasChanges([kind], values)).toBe(false);
    expect(changesOf([kind], values)).toEqual({ kind: 'person' });
  });
  it('has what its address gives rather than that, and a stored one what it has', () => {
    expect(begun(kind, undefined, { kind: 'group' })).toBe('group');
    expect(begun(kind, { ...record, values: { kind: null } })).toBe(toForm(kind, null));
  });
});

describe('changes of a record', () => {
  it('are none before anything is touched, though seconds are not shown', () => {
    expect(hasChanges(fields, shown, record)).toBe(false);
    expect(changesOf(fields, shown, record)).toEqual({});
  });
  it('are only what was changed and may be', () => {
    const values = { ...shown, born: '1980-05-02', vip: true, name: '李四' };
    expect(hasChanges(fields, values, record)).toBe(true);
    expect(changesOf(fields, values, record)).toEqual({ born: '1980-05-02', vip: true });
  });
  it('may be made to the fields of a source in a record made by hand, never to a read-only one', () => {
    const byHand = { ...record, from_source: false };
    expect([isEditable(name, record), isEditable(name, byHand), isEditable(name)]).toEqual([false, true, true]);
    expect(isEditable({ ...name, readonly: true }, byHand)).toBe(false);
    expect(changesOf(fields, { ...shown, name: '李四' }, byHand)).toEqual({ name: '李四' });
  });
  it('of a new record are all that has a value; an empty form has none', () => {
    const blank = { vip: false };
    expect(hasChanges(fields, blank)).toBe(false);
    const preset = { manager: { value: 'e1', label: '彭霞雪' } };
    expect(hasChanges(fields, { ...blank, ...preset }, undefined, preset)).toBe(false);
    expect(hasChanges(fields, { ...blank, manager: undefined }, undefined, preset)).toBe(true);
    expect(changesOf(fields, { ...blank, ...preset })).toEqual({ manager: 'e1', vip: false });
    expect(changesOf(fields, { ...blank, born: '1980-05-02' })).toEqual({ born: '1980-05-02', vip: false });
  });
});
