import { expect, test } from 'vitest';
import { shapeOf, unitBeside } from './formats';

test.each([
  ['money', '元', 'zh', '万'],
  ['change', '元', 'en', 'k'],
  ['change', 'pp', 'zh', ''],
  ['percent', '%', 'zh', ''],
  ['count', '户', 'en', 'customers'],
  ['duration', '分钟', 'zh', ''],
  ['diverge', '元', 'zh', ''],
  ['bar', '元', 'en', ''],
  ['text', null, 'zh', ''],
] as const)('the head of a column of %s in %s (%s)', (format, unit, lang, head) =>
  expect(unitBeside(format, unit, lang)).toBe(head),
);

test('amounts are scaled to the unit of their head, shares differ in points', () => {
  expect(shapeOf('money', '元', 'zh')).toEqual({ factor: 1e-4, places: 2, suffix: '', differenceSuffix: '' });
  expect(shapeOf('percent', '%', 'en')).toEqual({ factor: 1, places: 2, suffix: '%', differenceSuffix: ' pp' });
});
