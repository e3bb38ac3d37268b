import { expect, it } from 'vitest';
import { sumOf } from './decimals';

it.each([
  [['0.1', '0.2'], '0.3'],
  [['-198.35', '98.62', '0'], '-99.73'],
  [['-0.05', '0.01'], '-0.04'],
  [['9007199254740993.01', '0.01'], '9007199254740993.02'],
  [['1', '2'], '3'],
  [['1.50', '-1.5'], '0.00'],
  [[], '0'],
])('decimals are added exactly: %j', (texts, sum) => {
  expect(sumOf(texts)).toBe(sum);
});
