/** Share to the left or right of the middle: signed flow. */
export function Diverge({ value, max }: { value: number; max: number }) {
  const share = max > 0 ? Math.min(1, Math.abs(value) / max) * 50 : 0;
  const style =
    value >= 0 ? { left: '50%', background: 'var(--up-fill)' } : { right: '50%', background: 'var(--down-fill)' };
  return (
    <span className="diverge" aria-hidden>
      <i style={{ ...style, width: `${share}%` }} />
    </span>
  );
}
