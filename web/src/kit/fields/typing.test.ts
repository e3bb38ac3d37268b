import { expect, it } from 'vitest';
import type { FieldMeta } from '../../api';
import { readTyped } from '../plain';
import { faultOf, unitOf } from '.';
import { measuredBy, typingOf } from './typing';

const field = (web: string, more: Partial<FieldMeta> = {}) =>
  ({ web, format: web, unit: null, currency: null, ...more }) as FieldMeta;
const typing = (of: FieldMeta) => typingOf(measuredBy(of), 'zh');
const read = (of: FieldMeta, text: string) => readTyped(text, typing(of));

it('an amount is typed in the unit of its column, whatever it is drawn as and called in its unit', () => {
  const amounts = [
    field('money', { currency: 'CNY' }),
    field('money', { currency: 'CNY', unit: '元', format: 'change' }),
    field('money', { currency: 'HKD' }),
  ];
  expect(amounts.map((one) => read(one, '50'))).toEqual(['500000', '500000', '500000']);
  expect(amounts.map((one) => typing(one).beside)).toEqual(['万', '万', '万 HKD']);
  for (const one of amounts) expect(typing(one).beside?.startsWith(unitOf(one, 'zh', 'column'))).toBe(true);
  expect(amounts.map((one) => read(one, '50HKD'))).toEqual([null, null, '50']);
  expect(typingOf({ format: 'money', unit: '元' }, 'en')).toMatchObject({ places: 3, beside: 'k' });
});

it('a share is typed with its sign, by its type, whether its unit is told or not', () => {
  const shares = [
    field('percent'),
    field('percent', { format: 'change' }),
    field('decimal', { format: 'number', unit: '%' }),
  ];
  expect(shares.map((one) => [read(one, '15%'), typing(one).beside])).toEqual(shares.map(() => ['15', '%']));
  expect(read(field('decimal', { format: 'number' }), '15%')).toBeNull();
});

it('other numbers are typed in what they count, which may stand behind them', () => {
  const counts = field('integer', { format: 'number', unit: '笔' });
  expect([read(counts, '3笔'), read(counts, '3'), read(counts, '3户')]).toEqual(['3', '3', null]);
  expect(typing(counts).beside).toBe('笔');
  expect(typing(field('decimal', { format: 'number', unit: '元' }))).not.toHaveProperty('places');
});

it('an amount may begin with the sign of its own currency, and of no other', () => {
  const home = field('money', { currency: 'CNY' });
  const texts = ['￥50万', '¥50万', '¥50', '50万块', '50块钱', 'CNY 5m', 'cny5m', 'RMB 50', '¥-50', '¥.5w', '¥50元'];
  const numbers = ['500000', '500000', '50', '500000', '50', '5000000', '5000000', '50', '-50', '5000', '50'];
  expect(texts.map((text) => read(home, text))).toEqual(numbers);
  expect(['$5m', 'USD 5', '¥', '¥五', '¥¥5', '5¥'].map((text) => read(home, text))).toEqual(Array(6).fill(null));
  const dollars = field('money', { currency: 'USD' });
  expect(['$5m', '$5', 'USD 5m', '¥5'].map((text) => read(dollars, text))).toEqual(['5000000', '5', '5000000', null]);
});

it('a count may be typed with 次 or 个, days with 日', () => {
  const counts = (unit: string | null) => field('integer', { format: 'number', unit });
  const texts = ['3次', '3个', '3日', '3天'];
  expect(texts.map((text) => read(counts('笔'), text))).toEqual(['3', '3', null, null]);
  expect(texts.map((text) => read(counts(null), text))).toEqual(['3', '3', null, null]);
  expect(texts.map((text) => read(counts('天'), text))).toEqual([null, null, '3', '3']);
  expect(read(field('percent'), '3次')).toBeNull();
});

it('a share that is none is told how one is written', () => {
  expect([faultOf(field('percent'), '五成'), faultOf(field('decimal'), '五十万')]).toEqual([
    'number.refusedPercent',
    'number.refused',
  ]);
});
