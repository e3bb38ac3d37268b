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

export function intervalOf(row: {
  difference: string | null;
  low: string | null;
  high: string | null;
  significant?: boolean;
}): IntervalValue | null {
  const value = toNumber(row.difference);
  const low = toNumber(row.low);
  const high = toNumber(row.high);
  if (value === null || low === null || high === null) return null;
  return { value, low, high, significant: row.significant ?? (low > 0 || high < 0) };
}
