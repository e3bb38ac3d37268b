import type { Shape } from '../../kit/fields/formats';
import { decimal, NOTHING, signed, toNumber } from '../../kit/format';
import type { IntervalValue } from '../../kit/Interval';

export function valueText(value: string | null, shape: Shape): string {
  const number = toNumber(value);
  return number === null ? NOTHING : decimal(number * shape.factor, shape.places) + shape.suffix;
}

export function differenceText(value: string | null, shape: Shape): string {
  const number = toNumber(value);
  return number === null ? NOTHING : signed(number * shape.factor, shape.places).text + shape.differenceSuffix;
}

export function boundText(value: string | null, shape: Shape): string {
  const number = toNumber(value);
  return number === null ? NOTHING : decimal(number * shape.factor, shape.places);
}

export function countsText(some: number, of: number): string {
  return `${decimal(some, 0)} / ${decimal(of, 0)}`;
}

/** What is drawn of a difference: filled only where it is judged and leaves out zero, which the server says. */
export function intervalOf(row: {
  difference: string | null;
  low: string | null;
  high: string | null;
  significant: boolean;
}): IntervalValue | null {
  const value = toNumber(row.difference);
  const low = toNumber(row.low);
  const high = toNumber(row.high);
  if (value === null || low === null || high === null) return null;
  return { value, low, high, significant: row.significant };
}
