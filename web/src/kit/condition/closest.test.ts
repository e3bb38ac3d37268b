import { expect, it } from 'vitest';
import { closestFirst } from './closest';

it('puts what is called as it was typed first, then what begins so, also among groups', () => {
  const group = (...labels: string[]) => ({ label: '指标', options: labels.map((label) => ({ label })) });
  const order = (options: { label: string }[], searchValue: string) =>
    options.sort((one, other) => closestFirst(one, other, { searchValue })).map(({ label }) => label);
  expect(order([{ label: '日均总资产' }, { label: '总资产变动' }, { label: '总资产' }], '总资产')).toEqual([
    '总资产',
    '总资产变动',
    '日均总资产',
  ]);
  expect(closestFirst(group('日均总资产'), group('净流入', '总资产'), { searchValue: '总资产' })).toBeGreaterThan(0);
});
