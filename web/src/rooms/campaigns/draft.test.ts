import { describe, expect, it } from 'vitest';
import type { Campaign } from '../../api';
import { hasEdits, isWholeBetween, productOptions } from './draft';

describe('the numbers of a campaign', () => {
  it('lie within their bounds, both included', () => {
    expect([0, 1, 60, 61].map((value) => isWholeBetween(value, 1, 60))).toEqual([false, true, true, false]);
    expect(isWholeBetween(0, 0, 50)).toBe(true);
  });
  it('are whole', () => {
    expect(isWholeBetween(2.5, 1, 60)).toBe(false);
    expect(isWholeBetween('3', 1, 60)).toBe(false);
  });
  it('are not judged while they are missing', () => {
    expect([null, undefined, ''].map((value) => isWholeBetween(value, 1, 60))).toEqual([true, true, true]);
  });
});

describe('an edited draft', () => {
  const initial = { name: '活动', due_days: 3, product: undefined };
  it('differs from what the form showed at first', () => {
    expect(hasEdits(initial, { name: '活动', due_days: 4 })).toBe(true);
    expect(hasEdits(initial, { name: '活动', due_days: 3, product: 'p1' })).toBe(true);
  });
  it('is none when a field was filled and emptied again', () => {
    expect(hasEdits(initial, { name: '活动', due_days: 3, product: null, purpose: '' })).toBe(false);
  });
});

describe('the products of a campaign', () => {
  const products = [
    { uid: 's', display: '示例银行', risk_level: 'R4' },
    { uid: 'f', display: '示例货币基金', risk_level: 'R1' },
    { uid: 'n', display: '示例新品', risk_level: null },
  ];
  it('show their level', () => {
    expect(productOptions(products).map((item) => item.label)).toEqual([
      '示例银行  R4',
      '示例货币基金  R1',
      '示例新品',
    ]);
  });
  it('keep the chosen one with its level when it is no longer on offer', () => {
    const campaign = { product: { uid: 'old', display: '示例旧基金', risk_level: 'R3' } } as Campaign;
    expect(productOptions(products, campaign)[0]).toEqual({ value: 'old', label: '示例旧基金  R3' });
    const kept = { product: { uid: 's', display: '示例银行', risk_level: 'R4' } } as Campaign;
    expect(productOptions(products, kept)).toHaveLength(3);
  });
});
