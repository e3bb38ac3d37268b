import type { FieldMeta, RecordRow, RecordTotal } from '../../api';
import { sumOf } from '../../kit/decimals';
import { kindOf } from '../../kit/fields';
import { HOME, isMoney } from '../../kit/fields/values';

/**
 * The sum of one field over rows: an amount for each currency, none where no row has a value; how many rows have none, and
 * how many the viewer may not see it of.
 */
export type Sum = {
  field: FieldMeta;
  amounts: { amount: string; currency: string }[];
  missing: number;
  refused: number;
};

/** The columns of a list that add up: those of money, as they stand. */
export const summable = (fields: FieldMeta[], columns: string[]): FieldMeta[] =>
  columns.flatMap((key) => fields.filter((field) => field.key === key && kindOf(field).Sum));

/** The sum of a field as the server has added it up. */
export const wholeSum = (field: FieldMeta, { sums, missing }: Pick<RecordTotal, 'sums' | 'missing'>): Sum => ({
  field,
  amounts: (sums[field.key] ?? []).map(({ amount, currency }) => ({
    amount,
    currency: currency ?? field.currency ?? HOME,
  })),
  missing: missing[field.key] ?? 0,
  refused: 0,
});

/** Add up what the rows have of a field, exactly; null where a row was read without it, so that nobody knows. */
export function sumOver(field: FieldMeta, rows: RecordRow[]): Sum | null {
  const seen = rows.filter((row) => !field.refused && !row.refused.includes(field.key));
  if (seen.some((row) => !(field.key in row.values))) return null;
  let missing = 0;
  const byCurrency = new Map<string, string[]>();
  for (const row of seen) {
    const value = row.values[field.key] ?? null;
    const given = isMoney(value) ? value : { amount: value as string | null, currency: field.currency ?? HOME };
    if (given.amount === null) missing += 1;
    else byCurrency.set(given.currency, [...(byCurrency.get(given.currency) ?? []), String(given.amount)]);
  }
  const amounts = [...byCurrency].map(([currency, texts]) => ({ amount: sumOf(texts), currency }));
  return { field, amounts, missing, refused: rows.length - seen.length };
}
