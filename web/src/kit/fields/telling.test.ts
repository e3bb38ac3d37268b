import { describe, expect, it } from 'vitest';
import type { ObjectMeta } from '../../api';
import { factsOf, tellingColumns } from './telling';

const types = { name: 'text', sum: 'money', number: 'text', unit: 'unit', manager: 'reference', note: 'text' };
const meta = {
  fields: Object.entries(types).map(([key, web]) => ({ key, web })),
  list: { columns: ['name', 'sum', 'number', 'unit', 'manager', 'note'] },
} as unknown as ObjectMeta;

describe('records of one name', () => {
  it('are told apart by the first texts of their list', () => {
    const columns = tellingColumns(meta);
    expect(columns).toEqual(['name', 'number', 'unit', 'manager']);
    const values = {
      name: '马*',
      number: '0042',
      unit: { uid: 'u', display: '上海分部', object: 'unit' },
      manager: null,
    };
    expect(factsOf({ display: '马*', values }, columns)).toBe('0042  上海分部');
  });
});
