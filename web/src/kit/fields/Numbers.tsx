import { unitText, useText, type Key } from '../i18n';
import { Change, Plain } from '../figures';
import { isPercentage, isWhole, readNumber } from '../plain';
import type { ShowProps } from './kind';

/** A number with its unit; a change with its sign and the color of the market. */
export function NumberValue({ field, value, cell }: ShowProps) {
  const { lang } = useText();
  if (field.format === 'change') return <Change value={value} unit={field.unit ?? undefined} cell={cell} />;
  return <Plain value={value} unit={cell || !field.unit ? undefined : unitText(field.unit, lang)} />;
}

export function notNumber(value: unknown): Key | null {
  const text = String(value);
  if (readNumber(text) !== null) return null;
  return isPercentage(text) ? 'number.noPercent' : 'number.refused';
}

/** A share of a hundred that is none is told how one is written. */
export const notPercent = (value: unknown): Key | null => notNumber(value) && 'number.refusedPercent';

export const notWhole = (value: unknown): Key | null =>
  notNumber(value) ?? (isWhole(String(value)) ? null : 'number.notWhole');
