import { toNumber } from './format';

/** A line of values without axis: shape only, the figure stands beside it. */
export function Spark({ values, width = 80, height = 20, area = false, strong = false }: {
  values: unknown[]; width?: number; height?: number; area?: boolean; strong?: boolean;
}) {
  const numbers = values.map(toNumber).filter((value): value is number => value !== null);
  if (numbers.length < 2) return null;
  const low = Math.min(...numbers);
  const span = Math.max(...numbers) - low || 1;
  const x = (index: number) => 2 + (index / (numbers.length - 1)) * (width - 5);
  const y = (value: number) => height - 3 - ((value - low) / span) * (height - 6);
  const points = numbers.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
  const last = numbers[numbers.length - 1] ?? 0;
  const stroke = strong ? 'var(--brand)' : 'var(--ink-3)';
  return (
    <svg width={width} height={height} aria-hidden style={{ display: 'block' }}>
      {area && <polygon points={`2,${height} ${points.join(' ')} ${width - 3},${height}`} fill="var(--brand-tint)" />}
      <polyline points={points.join(' ')} fill="none" stroke={stroke} strokeWidth={strong ? 1.5 : 1.2} />
      <circle cx={x(numbers.length - 1)} cy={y(last)} r={1.8} fill={stroke} />
    </svg>
  );
}

export type IntervalValue = { low: number; high: number; value: number; significant: boolean };

/** The common scale of a column of intervals, with zero inside. */
export function intervalScale(values: IntervalValue[]): { low: number; high: number } {
  const low = Math.min(0, ...values.map((value) => value.low));
  const high = Math.max(0, ...values.map((value) => value.high));
  const pad = (high - low || 1) * 0.06;
  return { low: low - pad, high: high + pad };
}

/** A difference with its interval around zero: filled is significant, hollow is not. */
export function Interval({ interval, scale, width = 170 }: {
  interval: IntervalValue; scale: { low: number; high: number }; width?: number;
}) {
  const x = (value: number) => ((value - scale.low) / (scale.high - scale.low)) * width;
  const color = interval.significant ? 'var(--brand)' : 'var(--hollow)';
  const height = 22;
  const middle = height / 2;
  return (
    <svg width={width} height={height} aria-hidden style={{ display: 'block', margin: '0 auto' }}>
      <line x1={x(0)} x2={x(0)} y1={0} y2={height} stroke="var(--ink-4)" strokeDasharray="2 2" />
      <line x1={x(interval.low)} x2={x(interval.high)} y1={middle} y2={middle} stroke={color} strokeWidth={1.5} />
      {[interval.low, interval.high].map((end) => (
        <line key={end} x1={x(end)} x2={x(end)} y1={middle - 4} y2={middle + 4} stroke={color} strokeWidth={1.5} />
      ))}
      <circle cx={x(interval.value)} cy={middle} r={4.2} fill={interval.significant ? color : 'var(--surface)'} stroke={color} strokeWidth={1.5} />
    </svg>
  );
}

/** Share to the left or right of the middle: signed flow. */
export function Diverge({ value, max }: { value: number; max: number }) {
  const share = max > 0 ? Math.min(1, Math.abs(value) / max) * 50 : 0;
  const style = value >= 0 ? { left: '50%', background: 'var(--up-fill)' } : { right: '50%', background: 'var(--down-fill)' };
  return (
    <span className="diverge" aria-hidden>
      <i style={{ ...style, width: `${share}%` }} />
    </span>
  );
}
