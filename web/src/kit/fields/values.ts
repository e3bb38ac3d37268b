/** What values of the contract are: a record by name, an amount with its currency. */
import type { MoneyValue, Ref } from '../../api';

export const isRef = (value: unknown): value is Ref =>
  typeof value === 'object' && value !== null && 'display' in value && 'uid' in value;

export const isMoney = (value: unknown): value is MoneyValue =>
  typeof value === 'object' && value !== null && 'amount' in value;

export function recordPath(ref: Ref): string {
  return `/records/${ref.object}/${ref.uid}`;
}

export const HOME = 'CNY';

/** What the currency of the house is called as a unit. */
export const HOME_UNITS = ['元', '万', HOME];

/** The currency that an amount is shown with: one in that of the house only beside amounts in others. */
export function shownCurrency(currency: string, beside: unknown[] = []): string {
  return currency === HOME && !beside.some((other) => isMoney(other) && other.currency !== HOME) ? '' : currency;
}
