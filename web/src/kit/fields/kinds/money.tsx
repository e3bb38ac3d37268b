import { Select, Space } from 'antd';
import type { MoneyValue } from '../../../api';
import { Change, Money, MoneyCell } from '../../figures';
import { moneyColumnUnit } from '../../format';
import { NumberInput } from '../../NumberInput';
import type { EditProps, FieldKind, ShowProps } from '../kind';
import { notNumber } from '../Numbers';
import { HOME, isMoney, shownCurrency } from '../values';

const OFTEN = [HOME, 'HKD', 'USD', 'EUR', 'GBP', 'JPY'];

/** An amount; one that is not in the currency of the house says in which, and all do where a column has both. */
function Show({ field, value, cell, beside }: ShowProps) {
  const currency = shownCurrency(isMoney(value) ? value.currency : (field.currency ?? HOME), beside);
  const amount =
    field.format === 'change' ? (
      <Change value={value} cell={cell} />
    ) : cell ? (
      <MoneyCell value={value} />
    ) : (
      <Money value={value} />
    );
  return currency === '' ? (
    amount
  ) : (
    <span className="nowrap">
      {amount} <span className="unit">{currency}</span>
    </span>
  );
}

function Edit({ field, testId, value, onChange, id }: EditProps) {
  const given: MoneyValue = isMoney(value)
    ? value
    : { amount: (value as string | undefined) ?? null, currency: field.currency ?? HOME };
  const set = (changed: Partial<MoneyValue>) => {
    const next = { ...given, ...changed };
    onChange?.(next.amount === null || next.amount === '' ? undefined : next);
  };
  return (
    <Space.Compact block>
      <NumberInput
        id={id}
        data-testid={testId}
        value={given.amount}
        onChange={(amount) => set({ amount })}
        style={{ width: '100%' }}
      />
      <Select
        value={given.currency}
        onChange={(currency: string) => set({ currency })}
        options={[...new Set([given.currency, ...OFTEN])].map((currency) => ({ value: currency, label: currency }))}
        showSearch={false}
        popupMatchSelectWidth={false}
        style={{ width: 86 }}
        data-testid={`${testId}-currency`}
      />
    </Space.Compact>
  );
}

export const kind: FieldKind = {
  Show,
  Edit,
  fromForm: (value) => (isMoney(value) ? { amount: String(value.amount), currency: value.currency } : String(value)),
  fault: (value) => notNumber(isMoney(value) ? value.amount : value),
  right: true,
  columnUnit: (_field, lang) => moneyColumnUnit(lang),
  formUnit: () => '',
};
