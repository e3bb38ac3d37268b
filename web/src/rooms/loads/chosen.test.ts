import { describe, expect, it } from 'vitest';
import { headsFor, unread } from './chosen';

const heads = [
  { title: '网点号', read_as: '' },
  { title: '机构名称', read_as: '机构名称' },
  { title: '备注', read_as: '' },
  { title: '备注', read_as: '' },
  { title: '', read_as: '' },
];

describe('heads of a file', () => {
  it('are offered once each, unless they are read or chosen', () => {
    expect(unread({ heads }, {})).toEqual(['网点号', '备注']);
    expect(unread({ heads }, { 网点号: '机构代码' })).toEqual(['备注']);
  });

  it('are found by what they are chosen for', () => {
    expect(headsFor({ 网点号: '机构代码' }, '机构代码')).toBe('网点号');
    expect(headsFor({}, '机构代码')).toBeUndefined();
  });
});
