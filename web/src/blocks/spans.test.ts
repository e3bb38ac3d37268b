import { describe, expect, it } from 'vitest';
import { since, spansOf } from './spans';

const points = (first: string, last: string) => [
  { x: first, y: '1' },
  { x: last, y: '2' },
];

describe('spans of a series', () => {
  it('offers only spans that are shorter than the data', () => {
    expect(spansOf(points('2025-01-02', '2026-03-17'))).toEqual(['m3', 'y1', 'all']);
    expect(spansOf(points('2025-09-12', '2026-03-17'))).toEqual(['m3', 'all']);
    expect(spansOf(points('2026-02-02', '2026-03-17'))).toEqual(['all']);
    expect(spansOf([])).toEqual(['all']);
  });

  it('counts back from the last day', () => {
    expect(since(points('2025-09-12', '2026-03-17'), 'm3')).toBe('2025-12-15');
    expect(since(points('2025-09-12', '2026-03-17'), 'all')).toBe('');
  });
});
