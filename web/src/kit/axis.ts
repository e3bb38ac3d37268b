/** Value axes: ticks stand at round numbers from zero on, no two of them read alike, and what is counted has whole ones. */
import { decimal } from './format';
import { colors } from './theme';

export type ValueAxis = { min: number; max: number; interval: number; places: number };

const TICKS = 4;
const STEPS = [1, 2, 2.5, 5, 10];
/** Rounds away what is left of a product of powers of ten. */
const even = (value: number) => Number(value.toPrecision(12));

function stepOf(range: number, whole: boolean): number {
  const raw = range / TICKS;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = even((STEPS.find((one) => one * power >= raw * (1 - 1e-9)) ?? 10) * power);
  if (!whole) return step;
  return step === 2.5 ? 5 : Math.max(1, step);
}

/** How many decimals a step needs, so that its multiples do not read alike. */
function placesOf(step: number): number {
  let places = 0;
  let shifted = step;
  while (places < 12 && Math.abs(shifted - Math.round(shifted)) > 1e-6 * shifted) shifted = step * 10 ** ++places;
  return places;
}

/** The axis over some values; `whole` where they are counts. */
export function valueAxis(values: readonly number[], whole = false): ValueAxis {
  const known = values.filter(Number.isFinite);
  const low = Math.min(0, ...known);
  const high = Math.max(0, ...known);
  const interval = high > low ? stepOf(high - low, whole) : 1;
  const min = even(Math.floor(low / interval + 1e-9) * interval);
  const max = even(Math.max(Math.ceil(high / interval - 1e-9) * interval, min + interval));
  return { min, max, interval, places: placesOf(interval) };
}

/** What stands at the ticks, from the lowest up. */
export function tickLabels({ min, max, interval, places }: ValueAxis): string[] {
  const count = Math.round((max - min) / interval);
  return Array.from({ length: count + 1 }, (_, index) => decimal(even(min + index * interval), places));
}

/** The axis as a chart draws it. */
export function drawnAxis(axis: ValueAxis) {
  const { min, max, interval, places } = axis;
  return {
    type: 'value',
    min,
    max,
    interval,
    axisLabel: { color: colors.ink3, fontSize: 11, formatter: (value: number) => decimal(value, places) },
    splitLine: { lineStyle: { color: colors.line } },
  };
}
