import { describe, expect, it } from 'vitest';
import { drawnAxis, tickLabels, valueAxis } from './axis';

const labels = (values: number[], whole = false) => tickLabels(valueAxis(values, whole));

describe('the ticks of a value axis', () => {
  it.each([
    ['nothing', [], true, ['0', '1']],
    ['none', [0, 0, 0], true, ['0', '1']],
    ['one', [0, 1, 1], true, ['0', '1']],
    ['two', [0, 1, 2], true, ['0', '1', '2']],
    ['three', [3], true, ['0', '1', '2', '3']],
    ['nine', [9], true, ['0', '5', '10']],
    ['many', [1234], true, ['0', '500', '1,000', '1,500']],
    ['half of something', [0, 0.5], false, ['0.0', '0.2', '0.4', '0.6']],
    ['all equal', [7, 7, 7], false, ['0', '2', '4', '6', '8']],
    ['below zero', [-3, 5], false, ['−4', '−2', '0', '2', '4', '6']],
    ['only below zero', [-2, -1], true, ['−2', '−1', '0']],
    ['amounts in 万', [862.47, 1060], false, ['0', '500', '1,000', '1,500']],
    ['amounts of 亿 in 万', [123_456.78], false, ['0', '50,000', '100,000', '150,000']],
    ['cents', [0.004], false, ['0.000', '0.001', '0.002', '0.003', '0.004']],
  ])('are round and all different: %s', (_name, values, whole, expected) => {
    expect(labels(values, whole)).toEqual(expected);
  });

  it('never read alike, whatever is drawn', () => {
    for (let power = -6; power <= 13; power += 1)
      for (const digit of [1, 1.5, 2.4, 2.6, 3, 4.9, 5.1, 7, 9.99])
        for (const low of [0, -0.3, -1, -4]) {
          const scale = 10 ** power;
          const values = [low * scale, digit * scale];
          const found = labels(values);
          expect(new Set(found).size, values.join(' ')).toBe(found.length);
          expect(found.length, values.join(' ')).toBeLessThanOrEqual(8);
          const counted = labels(values.map(Math.round), true);
          expect(new Set(counted).size).toBe(counted.length);
          expect(counted.join('')).not.toContain('.');
        }
  });

  it('hold every value, and leave out what is none', () => {
    const axis = valueAxis([NaN, -3, 5, Infinity]);
    expect([axis.min, axis.max]).toEqual([-4, 6]);
    expect(drawnAxis(axis).axisLabel.formatter(-4)).toBe('−4');
  });
});
