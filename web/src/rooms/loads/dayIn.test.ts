import { expect, test } from 'vitest';
import { dayIn } from './dayIn';

test.each([
  ['counter_trade_20260317.csv', '2026-03-17'],
  ['客户 2026-03-17.xlsx', '2026-03-17'],
  ['客户.csv', null],
  ['批次1202603179.csv', null],
  ['counter_20261317.csv', null],
])('the day in %s', (name, day) => expect(dayIn(name)).toBe(day));
