import { expect, test } from 'vitest';
import { comparedInYuan, drawnInYuan, shapeOf, unitBeside } from './formats';

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

test('amounts that stand together are in yuan where one of them would have no figure in 万', () => {
  expect(comparedInYuan(['3512.20', '3480.10', '32.10', null], 'zh')).toBe(true);
  expect(comparedInYuan(['3512.20', '3480.10', '32.10'], 'en')).toBe(false);
  expect(comparedInYuan(['35120.00', '0', null], 'zh')).toBe(false);
  expect(drawnInYuan(['45.20', '9999'], 'zh')).toBe(true);
  expect(drawnInYuan(['45.20', '-10000'], 'zh')).toBe(false);
  expect(shapeOf('money', '元', 'zh', true).factor).toBe(1);
  expect([unitBeside('money', '元', 'zh', true), unitBeside('money', '元', 'en', true)]).toEqual(['元', 'CNY']);
});

test('amounts are scaled to the unit of their head, shares differ in points', () => {
  expect(shapeOf('money', '元', 'zh')).toEqual({ factor: 1e-4, places: 2, suffix: '', differenceSuffix: '' });
  expect(shapeOf('percent', '%', 'en')).toEqual({ factor: 1, places: 2, suffix: '%', differenceSuffix: ' pp' });
});
