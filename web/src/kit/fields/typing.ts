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

/** What people write before amounts of the house; dollars are not among it: another amount would be meant. */
const HOME_SIGNS = ['¥', 'CNY', 'RMB'];
const DOLLAR = 'D';

/** What may stand before an amount: its currency by its letters, and by its sign. */
function signsOf(unit: string | null | undefined): string[] {
  if (!unit || HOME_UNITS.includes(unit)) return HOME_SIGNS;
  return unit.endsWith(DOLLAR) ? [unit, '$'] : [unit];
}

/** What people write behind a count in place of what it counts; days have a word of their own. */
const DAYS = ['天', '日'];
const TIMES = ['次', '个'];

function countedIn(unit: string, said: string): string[] {
  if (HOME_UNITS.includes(unit)) return [unit, said];
  return [unit, said, ...(DAYS.includes(said) || DAYS.includes(unit) ? DAYS : TIMES)];
}

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
  if (!amount?.(unit)) return { units: countedIn(unit ?? '', said), beside: said };
  const foreign = unit && !HOME_UNITS.includes(unit) ? ` ${unit}` : '';
  return {
    places: Math.round(Math.log10(moneyColumnScale(lang))),
    money: true,
    units: unit ? [unit] : [],
    signs: signsOf(unit),
    beside: moneyColumnUnit(lang) + foreign,
  };
}
