import { describe, expect, it } from 'vitest';
import { shownCurrency } from './values';

const yuan = { amount: '10.00', currency: 'CNY' };
const dollars = { amount: '10.00', currency: 'USD' };

describe('the currency of an amount', () => {
  it('is left out where all amounts are in that of the house', () => {
    expect(shownCurrency('CNY')).toBe('');
    expect(shownCurrency('CNY', [yuan, null, '12'])).toBe('');
  });
  it('is said of every amount where a column has others, too', () => {
    expect(shownCurrency('CNY', [yuan, dollars])).toBe('CNY');
    expect(shownCurrency('USD', [yuan, dollars])).toBe('USD');
    expect(shownCurrency('USD')).toBe('USD');
  });
});
