import { expect, it } from 'vitest';
import type { FieldMeta } from '../../api';
import { readTyped } from '../plain';
import { unitOf } from '.';
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
