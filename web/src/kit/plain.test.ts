import { describe, expect, it } from 'vitest';
import { isWholeDay, plainDay, plainNumber } from './plain';

describe('what is typed', () => {
  it('in full width is a number', () => {
    const typed = ['１２３', '３０．５', '－７', '−7', '１，２３４．５', '12,000', '30。5', '8', ''];
    expect(typed.map(plainNumber)).toEqual(['123', '30.5', '-7', '-7', '1234.5', '12000', '30.5', '8', '']);
  });
  it('as a day may be spelled in several ways', () => {
    for (const text of ['2026-09-01', '20260901', '2026/9/1', '2026/09/01', '2026.9.1', '2026年9月1日', '２０２６－０９－０１']) {
      expect(plainDay(text)).toBe('2026-09-01');
    }
    expect(plainDay('2026/9/1 8:05')).toBe('2026-09-01 08:05');
  });
  it('as a day is not taken while another digit may follow', () => {
    expect(['2026/9/1', '2026/9/15', '20260901', '2026年9月1日'].map(isWholeDay)).toEqual([false, true, true, true]);
    expect(['202611', '2026091'].map(plainDay)).toEqual(['202611', '2026091']);
  });
  it('and is no day is left as it is', () => {
    expect(['abc', '2026', '1/9/2026'].map(plainDay)).toEqual(['abc', '2026', '1/9/2026']);
  });
});
