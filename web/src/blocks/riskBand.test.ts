import { describe, expect, it } from 'vitest';
import { riskBand } from './riskBand';

const levels = (top: number, expired: boolean, of: 'barred' | 'said') =>
  riskBand(top, expired)
    .filter((one) => one[of])
    .map((one) => one.level);

describe('the band of product levels', () => {
  it('bars what is above the highest that may be offered, and says so at the first of them', () => {
    expect([levels(2, false, 'barred'), levels(2, false, 'said')]).toEqual([[3, 4, 5], [3]]);
    expect([levels(5, false, 'barred'), levels(5, false, 'said')]).toEqual([[], []]);
  });
  it('bars every level from the first on while the test is expired', () => {
    for (const top of [1, 2, 5])
      expect([levels(top, true, 'barred'), levels(top, true, 'said')]).toEqual([[1, 2, 3, 4, 5], [1]]);
  });
});
