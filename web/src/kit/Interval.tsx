export type IntervalValue = { low: number; high: number; value: number; significant: boolean };

/** The common scale of a column of intervals, with zero inside. */
export function intervalScale(values: IntervalValue[]): { low: number; high: number } {
  const low = Math.min(0, ...values.map((value) => value.low));
  const high = Math.max(0, ...values.map((value) => value.high));
  const pad = (high - low || 1) * 0.06;
  return { low: low - pad, high: high + pad };
}

/** A difference with its interval around zero: filled is significant, hollow is not. */
export function Interval({
  interval,
  scale,
  width = 170,
}: {
  interval: IntervalValue;
  scale: { low: number; high: number };
  width?: number;
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
      <circle
        cx={x(interval.value)}
        cy={middle}
        r={4.2}
        fill={interval.significant ? color : 'var(--surface)'}
        stroke={color}
        strokeWidth={1.5}
      />
    </svg>
  );
}
