import { beforeAll, describe, expect, it } from 'vitest';
import * as f from './format';

beforeAll(() => f.setCurrentYear(2026));
const words = { day: '天', hour: '小时', minute: '分' };

describe('a tick of a time axis', () => {
  it('has its year where that is not the current one', () => {
    const ticks: [number, number, number][] = [
      [2026, 2, 8],
      [2025, 10, 29],
      [2026, 2, 1],
      [2025, 11, 1],
      [2026, 0, 1],
    ];
    expect(ticks.map(([y, m, d]) => f.axisDay(new Date(y, m, d), 'zh'))).toEqual([
      '03-08',
      '2025-11-29',
      '3 月',
      '2025-12',
      '2026',
    ]);
    expect(f.axisDay(new Date(2026, 2, 1), 'en')).toBe('Mar');
  });
});

describe('money', () => {
  it('chooses the unit by size', () => {
    expect(f.money('486000000')).toEqual({ text: '4.86', unit: '亿' });
    expect(f.money('8624700')).toEqual({ text: '862.47', unit: '万' });
    expect(f.money('99.5')).toEqual({ text: '99.50', unit: '元' });
    expect(f.money('8624700', 'en')).toEqual({ text: '8.62', unit: 'm' });
  });
  it('keeps no data apart from zero', () => {
    expect(f.money(null)).toBeNull();
  });
  it('is in the unit of its column, unless it would have no figure there', () => {
    const cell = (number: number, lang: f.Lang = 'zh') => f.moneyCell(number, lang);
    expect(cell(-15248000)).toEqual({ amount: -1524.8, places: 2, inYuan: false });
    expect(cell(0)).toEqual({ amount: 0, places: 2, inYuan: false });
    expect(cell(100)).toEqual({ amount: 0.01, places: 2, inYuan: false });
    expect(cell(45.2)).toEqual({ amount: 45.2, places: 2, inYuan: true });
    expect(cell(-99.99)).toEqual({ amount: -99.99, places: 2, inYuan: true });
    expect([cell(45.2, 'en').inYuan, cell(9.99, 'en').inYuan]).toEqual([false, true]);
    // Yuan are no unit of another currency.
    expect(f.moneyCell(45.2, 'zh', 2, true)).toEqual({
      amount: expect.closeTo(0.00452, 9) as number,
      places: 6,
      inYuan: false,
    });
  });
});

describe('a name in a sentence', () => {
  it('begins small, unless it is an abbreviation or Chinese', () => {
    expect(['Audiences', 'App events', 'A share', 'APP behavior', 'R1 products', '客群'].map(f.inSentence)).toEqual([
      'audiences',
      'app events',
      'a share',
      'APP behavior',
      'R1 products',
      '客群',
    ]);
  });
});

describe('change', () => {
  it('is always signed, with U+2212', () => {
    expect(f.signed(12.5, 1)).toEqual({ text: '+12.5', direction: 'up' });
    expect(f.signed(-186, 1)).toEqual({ text: '\u2212186.0', direction: 'down' });
  });
  it('has no sign when it rounds to zero', () => {
    expect(f.signed(-0.001, 2)).toEqual({ text: '0.00', direction: 'flat' });
    expect(f.decimal(-0.001, 2)).toBe('0.00');
  });
});

describe('count', () => {
  it('is exact to ten thousand and when it is known', () => {
    expect(f.count(9_999, true)).toBe('9,999');
    expect(f.count(18_426, false)).toBe('18,426');
  });
  it('says about when it is an estimate', () => {
    expect(f.count(312_000, true)).toBe('约 31 万');
    expect(f.count(2_003_418, true)).toBe('约 200 万');
    expect(f.count(16_200, true)).toBe('约 1.6 万');
    expect(f.count(2_003_418, true, 'en')).toBe('about 2 m');
  });
});

describe('dates', () => {
  it('leaves the current year out', () => {
    expect(f.date('2026-03-17')).toBe('03-17');
    expect(f.date('2027-06-11')).toBe('2027-06-11');
    expect(f.date(null)).toBe('—');
  });
  it('shows instants in Shanghai', () => {
    expect(f.datetime('2026-03-17T16:30:00Z')).toBe('03-18 00:30');
    expect(f.time('2026-03-18T02:42:00Z')).toBe('10:42');
  });
  it('tells what is left within a day in two parts', () => {
    const now = Date.parse('2026-03-18T02:00:00Z');
    expect(f.distance('2026-03-18T04:12:00Z', now, words)).toBe('2 小时 12 分');
    expect(f.distance('2026-03-18T02:48:00Z', now, words)).toBe('48 分');
    expect(f.distance('2026-03-17T20:30:00Z', now, words)).toBe('5 小时 30 分');
  });
  it('counts more than a day on the calendar, whatever the hour', () => {
    const due = '2026-03-20T09:00:00Z';
    expect(f.distance(due, Date.parse('2026-03-18T01:00:00Z'), words)).toBe('2 天');
    expect(f.distance(due, Date.parse('2026-03-18T08:59:00Z'), words)).toBe('2 天');
    expect(f.distance(due, Date.parse('2026-03-17T15:30:00Z'), words)).toBe('3 天');
    expect(f.distance(due, Date.parse('2026-03-17T16:30:00Z'), words)).toBe('2 天');
    expect(f.distance(due, Date.parse('2026-03-23T02:00:00Z'), words)).toBe('3 天');
  });
});

describe('percent', () => {
  it('is written as the server gives it', () => {
    expect(f.percent('6.42')).toBe('6.42%');
    expect(f.percent(null)).toBe('—');
  });
  it('does not call a few none nor nearly all all', () => {
    expect(f.share(12, 2_003_418)).toBe('<0.01%');
    expect(f.share(2_003_406, 2_003_418)).toBe('>99.99%');
    expect(f.share(5, 5)).toBe('100.00%');
    expect(f.share(0, 5)).toBe('0.00%');
    expect(f.share(1, 0)).toBe('—');
  });
});

describe('expiry', () => {
  it('is past from the day after, soon in the last 30 days', () => {
    expect(f.expiry('2026-03-17', '2026-03-18')).toBe('past');
    expect(f.expiry('2026-03-18', '2026-03-18')).toBe('soon');
    expect(f.expiry('2026-04-17', '2026-03-18')).toBe('soon');
    expect(f.expiry('2026-04-18', '2026-03-18')).toBeNull();
  });
});
