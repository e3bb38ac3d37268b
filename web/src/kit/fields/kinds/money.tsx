import { Change, Money, MoneyCell } from '../../figures';
import { moneyColumnUnit } from '../../format';
import type { FieldKind, ShowProps } from '../kind';
import { notNumber } from '../Numbers';
import { HOME, isMoney, shownCurrency } from '../values';

/** An amount; one that is not in the currency of the house says in which, and all do where a column has both. */
function Show({ field, value, cell, beside, headless }: ShowProps) {
  const inColumn = cell || headless;
  const currency = shownCurrency(isMoney(value) ? value.currency : (field.currency ?? HOME), beside);
  const amount =
    field.format === 'change' ? (
      <Change value={value} cell={inColumn} alone={headless} foreign={currency !== '' && currency !== HOME} />
    ) : inColumn ? (
      <MoneyCell value={value} alone={headless} foreign={currency !== '' && currency !== HOME} />
    ) : (
      <Money value={value} />
    );
  if (currency === '') return amount;
  return (
    <span className="nowrap">
      {amount}
      <span className="unit"> {currency}</span>
    </span>
  );
}

export const kind: FieldKind = {
  Show,
  Sum: ({ field, value, among }) =>
    among ? (
      <Show field={{ ...field, currency: HOME }} value={value} cell={false} headless />
    ) : field.format === 'change' ? (
      <Change value={value} />
    ) : (
      <Money value={value} />
    ),
  fromForm: (value) => (isMoney(value) ? { amount: String(value.amount), currency: value.currency } : String(value)),
  fault: (value) => notNumber(isMoney(value) ? value.amount : value),
  right: true,
  typedAs: 'money',
  columnUnit: (_field, lang) => moneyColumnUnit(lang),
  formUnit: () => '',
};
