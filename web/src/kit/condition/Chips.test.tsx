// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FieldMeta } from '../../api';
import { draw } from '../testing';
import { ConditionChips } from './Chips';
import { newRow, type Row } from './model';
import { useFieldTerms } from './vocabulary';

afterEach(cleanup);

const field = (key: string, zh: string, more: Partial<FieldMeta>) =>
  ({ key, labels: { zh, en: key }, kind: 'field', options: [], unit: null, currency: null, ...more }) as FieldMeta;
const FIELDS = [
  field('asset', '总资产', { web: 'money', format: 'money', asked: 'decimal', currency: 'CNY' }),
  field('share', '份额', { web: 'percent', format: 'percent', asked: 'decimal' }),
  field('open', '投诉中', { web: 'boolean', format: 'text', asked: 'boolean' }),
  field('trades', '成交', { web: 'integer', format: 'number', asked: 'integer', unit: '笔' }),
];

function Held({ first, told }: { first: Row[]; told: (rows: Row[]) => void }) {
  const [rows, setRows] = useState(first);
  const change = (next: Row[]) => {
    told(next);
    setRows(next);
  };
  return <ConditionChips rows={rows} terms={useFieldTerms(FIELDS)} onChange={change} />;
}

function show(...first: Row[]) {
  const told = vi.fn<(rows: Row[]) => void>();
  draw(<Held first={first} told={told} />);
  const values = () => told.mock.calls.map(([rows]) => rows[0]?.values);
  return { user: userEvent.setup({ delay: null, pointerEventsCheck: 0 }), values };
}

const chip = () => screen.getByTestId('condition-chip').querySelector('button') as HTMLElement;
const box = () => screen.getByTestId<HTMLInputElement>('condition-value');

describe('a condition of a list', () => {
  it('keeps its number until there is a new one, and tells at the box what is none', async () => {
    const { user, values } = show(newRow('asset', '>=', ['500000']));
    expect(chip().textContent).toBe('总资产 ≥ 50 万');
    await user.click(chip());
    for (const wrong of ['五十万', '1e2', '1万5']) {
      await user.clear(box());
      await user.type(box(), wrong);
      expect((await screen.findByRole('alert')).textContent).toMatch(/^(不是数字|.*已恢复)/);
      expect(chip().textContent).toBe('总资产 ≥ 50 万');
    }
    expect(values().every((one) => one?.[0] !== '')).toBe(true);
    await user.click(screen.getByTestId('condition-operator'));
    await waitFor(() => expect(box().value).toBe('50'));
    expect(screen.getByRole('alert').textContent).toBe('“1万5”没有采用，已恢复原值');
    await user.clear(box());
    await user.type(box(), '60');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(values().at(-1)).toEqual(['600000']);
  });

  it('shows its limit to the last digit', () => {
    show(newRow('asset', '>=', ['12345.67']));
    expect(chip().textContent).toBe('总资产 ≥ 1.234567 万');
    show(newRow('asset', '>=', ['123456789012.30']));
    expect(chip().textContent).toBe('总资产 ≥ 12,345,678.90123 万');
    show(newRow('share', '<', ['-0.125']));
    expect(chip().textContent).toBe('份额 < −0.125 %');
  });

  it('keeps its bounds while the lower one is more than the upper one, and says so', async () => {
    const { user, values } = show(newRow('asset', 'between', ['100000', '200000']));
    await user.click(chip());
    const [lower, upper] = screen.getAllByTestId<HTMLInputElement>('condition-value') as [
      HTMLInputElement,
      HTMLInputElement,
    ];
    fireEvent.change(lower, { target: { value: '50' } });
    expect(screen.getByTestId('bounds-turned').textContent).toBe('下限大于上限，未采用，仍按原来的上下限');
    expect(lower.value).toBe('50');
    expect(values()).toEqual([]);
    expect(chip().textContent).toBe('总资产 介于 10 万 至 20 万');
    fireEvent.change(upper, { target: { value: '60' } });
    expect(screen.queryByTestId('bounds-turned')).toBeNull();
    expect(values()).toEqual([['500000', '600000']]);
    expect(chip().textContent).toBe('总资产 介于 50 万 至 60 万');
  });

  it('says at once of bounds that were given to it that they include nothing', async () => {
    const { user } = show(newRow('asset', 'between', ['500000', '100000']));
    await user.click(chip());
    expect((await screen.findByTestId('bounds-turned')).textContent).toBe('下限大于上限');
  });

  it('of yes or no asks nothing before one is chosen; the other one is another test', async () => {
    const { user, values } = show({ ...newRow('open', '=', ['false']), blank: 'holds' });
    expect(chip().textContent).toBe('投诉中 等于 否 没有值的也算');
    await user.click(chip());
    await user.click(screen.getByTestId('condition-value').querySelector('input') ?? box());
    await user.click(await screen.findByTitle('是'));
    expect(chip().textContent).toBe('投诉中 等于 是');
    expect(values()).toEqual([['true']]);
  });

  it('takes the unit of its field behind the number', async () => {
    const { user, values } = show(newRow('trades', '>=', []));
    await user.click(chip());
    await user.type(box(), '3笔');
    expect(values().at(-1)).toEqual(['3']);
    expect(chip().textContent).toBe('成交 ≥ 3 笔');
  });

  it('is added by keys: its value has the focus, then the chip again', async () => {
    const { user, values } = show();
    const add = screen.getByTestId('add-condition');
    add.focus();
    await user.keyboard('{Enter}');
    await waitFor(() => expect(document.activeElement?.getAttribute('role')).toBe('combobox'));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('condition-field')).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(add));
    await user.keyboard('{Enter}');
    await waitFor(() => expect(document.activeElement?.getAttribute('role')).toBe('combobox'));
    await user.keyboard('总资产');
    await waitFor(() => expect(document.querySelectorAll('.ant-select-item-option')).toHaveLength(1));
    fireEvent.keyDown(document.activeElement as HTMLElement, { key: 'Enter', which: 13, keyCode: 13 });
    await waitFor(() => expect(document.activeElement).toBe(box()));
    await user.keyboard('50');
    expect(values().at(-1)).toEqual(['500000']);
    await user.tab();
    expect(document.activeElement).toBe(chip());
    await user.keyboard('{Enter}');
    await waitFor(() => expect(document.activeElement).toBe(box()));
    await user.tab({ shift: true });
    await user.tab({ shift: true });
    expect(document.activeElement).toBe(chip());
  });
});
