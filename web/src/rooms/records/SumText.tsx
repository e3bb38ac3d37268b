import { Fragment } from 'react';
import { useText } from '../../kit/i18n';
import { decimal, inSentence } from '../../kit/format';
import { kindOf } from '../../kit/fields';
import { HOME } from '../../kit/fields/values';
import type { Sum } from './sums';

/**
 * A sum as it is read: what was added up, an amount for each currency, what is not there and what one may not see of it.
 * `among`: it stands among others, all of which are in the unit of their column.
 */
export function SumText({ sum: { field, amounts, missing, refused }, among }: { sum: Sum; among?: boolean }) {
  const { t, label } = useText();
  const { Sum: Amount } = kindOf(field);
  if (!Amount) return null;
  return (
    <span className="nowrap">
      {t('list.sum', { name: inSentence(label(field.labels)) })} {amounts.length === 0 && '—'}
      {amounts.map(({ amount, currency }, index) => (
        <Fragment key={currency}>
          {index > 0 && t('common.and')}
          <Amount field={field} value={amount} among={among} />
          {currency !== HOME && <span className="unit">{currency}</span>}
        </Fragment>
      ))}
      {amounts.length > 0 && missing > 0 && t('list.sumMissing', { n: decimal(missing, 0) })}
      {refused > 0 && t('list.sumRefused', { n: decimal(refused, 0) })}
    </span>
  );
}
