import { describe, expect, it } from 'vitest';
import type { Finding } from '../../api';
import { isOfForm, placed, unsettled } from './faults';

const required: Finding = { code: 'record.required', message: '凭证：必填', field: 'evidence' };
const early: Finding = { code: 'record.rule.plausible', message: '生效日期应在 2000 年之后', fields: ['from'] };
const order: Finding = {
  code: 'record.rule.ends_after_start',
  message: '失效日期应晚于生效日期',
  fields: ['to', 'from'],
};
const elsewhere: Finding = { code: 'record.rule.unit', message: '须属于本营业部', fields: ['unit'] };
const shown = ['from', 'to', 'evidence'];

describe('what is wrong with a record', () => {
  it('is said at its field', () => {
    expect(placed([required, early], shown)).toEqual({
      fields: { from: ['生效日期应在 2000 年之后'], evidence: ['凭证：必填'] },
      form: [],
    });
  });
  it('is said at each of several fields, in the order of the form, and once over the form', () => {
    const found = placed([order, early], shown);
    expect(found.fields).toEqual({
      from: ['失效日期应晚于生效日期', '生效日期应在 2000 年之后'],
      to: ['失效日期应晚于生效日期'],
    });
    expect(Object.keys(found.fields)).toEqual(['from', 'to']);
    expect(found.form).toEqual(['失效日期应晚于生效日期']);
  });
  it('is said over the form where the form does not show the field, or none is named', () => {
    expect(placed([elsewhere, { code: 'x', message: '不行' }], shown)).toEqual({
      fields: {},
      form: ['须属于本营业部', '不行'],
    });
  });
  it('is settled when one of its fields changes', () => {
    expect(unsettled([required, order], ['to'])).toEqual([required]);
    expect(unsettled([required, order], ['state'])).toEqual([required, order]);
  });
  it('is said at its field where the request itself was refused, once however many ways it was read', () => {
    const refused = ['values.evidence.str', 'values.evidence.number'].map((path) => ({
      code: 'request.type',
      message: '应为文字',
      path,
    }));
    expect(placed(refused, shown)).toEqual({ fields: { evidence: ['应为文字'] }, form: [] });
    expect(isOfForm({ code: 'request.invalid', findings: refused }, shown)).toBe(true);
  });
  it('is a notice where a refused request is about no field of the form', () => {
    const revision: Finding = { code: 'request.missing', message: '必填', path: 'revision', field: 'revision' };
    const hidden: Finding = { code: 'request.type', message: '应为文字', path: 'values.owner' };
    expect(isOfForm({ code: 'request.invalid', findings: [revision] }, shown)).toBe(false);
    expect(isOfForm({ code: 'request.invalid', findings: [hidden] }, shown)).toBe(false);
    expect(isOfForm({ code: 'request.unreadable', findings: [] }, shown)).toBe(false);
    expect(isOfForm({ code: 'invalid', findings: [elsewhere] }, shown)).toBe(true);
  });
});
