import { describe, expect, it } from 'vitest';
import type { FieldMeta, RecordRow } from '../../api';
import { summable, sumOver, wholeSum } from './sums';

const asset = { key: 'total_asset', web: 'money', currency: 'CNY' } as FieldMeta;
const row = (values: RecordRow['values'], ...refused: string[]): RecordRow => ({
  uid: 'u',
  display: '某',
  revision: 1,
  values,
  refused,
  from_source: true,
});

describe('the sum of a column', () => {
  it('is exact, leaves out what is not there and counts what one may not see', () => {
    const rows = [row({ total_asset: '0.10' }), row({ total_asset: '0.20' }), row({ total_asset: null })];
    expect(sumOver(asset, [...rows, row({}, 'total_asset')])).toEqual({
      field: asset,
      amounts: [{ amount: '0.30', currency: 'CNY' }],
      missing: 1,
      refused: 1,
    });
  });
  it('never adds amounts of different currencies', () => {
    const rows = [row({ total_asset: { amount: '1', currency: 'USD' } }), row({ total_asset: '2' })];
    expect(sumOver(asset, rows)?.amounts).toEqual([
      { amount: '1', currency: 'USD' },
      { amount: '2', currency: 'CNY' },
    ]);
  });
  it('is none where no row has a value', () => {
    const rows = [row({ total_asset: null }), row({ total_asset: { amount: null, currency: 'USD' } as never })];
    expect(sumOver(asset, rows)).toEqual({ field: asset, amounts: [], missing: 2, refused: 0 });
    expect(wholeSum(asset, { sums: { total_asset: [] }, missing: { total_asset: 7 } })).toEqual({
      field: asset,
      amounts: [],
      missing: 7,
      refused: 0,
    });
  });
  it('is unknown where a row was read without it', () => {
    expect(sumOver(asset, [row({ total_asset: '1' }), row({ name: '甲' })])).toBeNull();
  });
  it('is there of columns of money alone, as they stand', () => {
    const rate = { key: 'rate', web: 'percent' } as FieldMeta;
    const flow = { key: 'flow', web: 'money' } as FieldMeta;
    expect(summable([asset, rate, flow], ['flow', 'rate', 'total_asset', 'gone'])).toEqual([flow, asset]);
  });
});
