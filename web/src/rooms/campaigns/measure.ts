import type { Measure } from '../../api';
import { decimal, NOTHING, signed, toNumber, type Lang } from '../../kit/format';
import { unitText } from '../../app/i18n';
import type { IntervalValue } from '../../kit/Interval';

type Shape = { factor: number; places: number; suffix: string; differenceSuffix: string };

/** How the values of a measure are written: percentages with differences in points, money in 万. */
export function shapeOf(measure: Pick<Measure, 'format' | 'unit'>, lang: Lang): Shape {
  if (measure.format === 'percent') return { factor: 1, places: 2, suffix: '%', differenceSuffix: ' pp' };
  if (measure.format === 'money' || measure.format === 'change') {
    return { factor: lang === 'zh' ? 1e-4 : 1e-3, places: 2, suffix: '', differenceSuffix: '' };
  }
  return { factor: 1, places: 2, suffix: '', differenceSuffix: '' };
}

export function unitOf(measure: Pick<Measure, 'format' | 'unit'>, lang: Lang): string {
  if (measure.format === 'percent') return '';
  if (measure.format === 'money' || measure.format === 'change') return lang === 'zh' ? '万' : 'k';
  return unitText(measure.unit, lang);
}

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

export function intervalOf(row: { difference: string | null; low: string | null; high: string | null; significant?: boolean }): IntervalValue | null {
  const value = toNumber(row.difference);
  const low = toNumber(row.low);
  const high = toNumber(row.high);
  if (value === null || low === null || high === null) return null;
  return { value, low, high, significant: row.significant ?? (low > 0 || high < 0) };
}
