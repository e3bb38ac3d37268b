import { expect, test } from 'vitest';
import { axisOf } from './postAxis';

const post = (valid_from: string, valid_to: string | null) => ({ valid_from, valid_to });

test('terms lie on the years from the first post to the end of this one', () => {
  const axis = axisOf([post('2023-01-01', '2025-01-01'), post('2025-01-01', null)], '2026-01-01');
  expect(axis.years.map(({ year }) => year)).toEqual([2023, 2024, 2025, 2026]);
  expect(axis.years[0]?.at).toBe(0);
  expect(axis.today).toBeCloseTo(1096 / 1461);
  expect(axis.terms[0]).toEqual({ from: 0, to: 731 / 1461, open: false });
  expect(axis.terms[1]).toEqual({ from: 731 / 1461, to: 1, open: true });
});

test('a post to come makes the axis longer', () => {
  const axis = axisOf([post('2026-02-01', '2028-06-30')], '2026-01-15');
  expect(axis.years.map(({ year }) => year)).toEqual([2026, 2027, 2028]);
  expect(axis.terms[0]?.to).toBeLessThan(1);
});

test('of many years only some are named', () => {
  const { years } = axisOf([post('1999-05-01', null)], '2026-01-15');
  expect(years.map(({ year }) => year)).toEqual([1999, 2003, 2007, 2011, 2015, 2019, 2023]);
});

test('without a post there is this year', () => {
  expect(axisOf([], '2026-07-02')).toEqual({ years: [{ year: 2026, at: 0 }], today: 182 / 365, terms: [] });
});
