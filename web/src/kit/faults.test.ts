import { describe, expect, it } from 'vitest';
import { atFields } from './faults';

const number = {
  code: 'request.rule_broken',
  message: '须为 1 至 32 位字母',
  path: 'employee_no',
  field: 'employee_no',
};
const name = { code: 'request.missing', message: '必填', path: 'name', field: 'name' };

describe('what a request got wrong', () => {
  it('is said at the fields it is about', () => {
    expect(atFields([number, name, { ...name, message: '最多 64 个字符' }], ['employee_no', 'name', 'role'])).toEqual({
      employee_no: ['须为 1 至 32 位字母'],
      name: ['必填', '最多 64 个字符'],
    });
  });
  it('is said as a notice when a part of it is about no field of the form', () => {
    expect(atFields([number, { code: 'request.missing', message: '必填' }], ['employee_no'])).toBeNull();
    expect(atFields([number], ['name'])).toBeNull();
    expect(atFields([], ['name'])).toBeNull();
  });
});
