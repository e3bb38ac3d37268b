/** How numbers are typed: in the unit in which they are shown, by one rule for cells, forms and conditions. */
import type { BlockFormat, FieldMeta } from '../../api';
import { moneyColumnScale, moneyColumnUnit, type Lang } from '../format';
import { unitText } from '../i18n';
import type { Typing } from '../plain';
import { kindOf } from '.';
import { formatOf } from './formats';
import { HOME_UNITS } from './values';

/** The unit of numbers that are shares of a hundred. */
const PERCENT = '%';

type Measured = { format: BlockFormat; unit?: string | null };

/** What decides how numbers of a field are typed: its type, whatever they are drawn as, and what they count. */
export const measuredBy = (field: FieldMeta): Measured => ({
  format: kindOf(field).typedAs ?? field.format,
  unit: field.currency ?? field.unit,
});

export function typingOf({ format, unit }: Measured, lang: Lang): Typing {
  const { amount, suffix } = formatOf(format);
  if (suffix === PERCENT || unit === PERCENT) return { percent: true, beside: PERCENT };
  const said = unitText(unit ?? '', lang);
  if (!amount?.(unit)) return { units: unit ? [unit, said] : [], beside: said };
  const foreign = unit && !HOME_UNITS.includes(unit) ? ` ${unit}` : '';
  return {
    places: Math.round(Math.log10(moneyColumnScale(lang))),
    money: true,
    units: unit ? [unit] : [],
    beside: moneyColumnUnit(lang) + foreign,
  };
}
