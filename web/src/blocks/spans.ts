import type { SeriesPoint } from '../api';

export type Span = 'm3' | 'y1' | 'all';
const DAYS: Record<Span, number> = { m3: 92, y1: 366, all: Infinity };

/** The spans that are shorter than the data, and all of it. */
export function spansOf(points: SeriesPoint[]): Span[] {
  const [first, last] = [points[0]?.x, points[points.length - 1]?.x];
  const days = first && last ? (Date.parse(last) - Date.parse(first)) / 86_400_000 : 0;
  return [...(['m3', 'y1'] as const).filter((span) => DAYS[span] < days), 'all'];
}

/** The first day that a span shows; all of them: the empty text, before every day. */
export function since(points: SeriesPoint[], span: Span): string {
  const last = points[points.length - 1]?.x;
  if (!last || span === 'all') return '';
  return new Date(new Date(last).getTime() - DAYS[span] * 86_400_000).toISOString().slice(0, 10);
}
