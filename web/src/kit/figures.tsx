import type { ReactNode } from 'react';
import type { Value } from '../api';
import { unitText, useText } from './i18n';
import * as format from './format';
import { Icon } from './Icon';

/** No data: never the same as zero or as "no right". */
export function Nothing() {
  return <span className="ink-3">{format.NOTHING}</span>;
}

export function NoRight() {
  const { t } = useText();
  return (
    <span className="ink-3 nowrap">
      <Icon name="hidden" size={14} /> {t('value.refused')}
    </span>
  );
}

/** An amount to the cent, for whoever points at one that is shown in 万 or 亿. */
const exactly = (amount: number | null) => (amount === null ? undefined : format.decimal(amount, 2));

/** A single figure of money: number and, smaller, its unit. */
export function Money({ value }: { value: Value | undefined }) {
  const { lang } = useText();
  const scaled = format.money(value, lang);
  if (!scaled) return <Nothing />;
  return (
    <span className="nowrap" title={exactly(format.toNumber(value))}>
      {scaled.text}
      {scaled.unit && <span className="unit">{scaled.unit}</span>}
    </span>
  );
}

const YUAN = '元';

/** The unit behind a cell: of one too small for that of its column its own; of one `alone`, without a head, that of its column. */
const cellUnit = (inYuan: boolean, alone: boolean, lang: format.Lang) =>
  inYuan ? unitText(YUAN, lang) : alone ? format.moneyColumnUnit(lang) : '';

/** Where an amount stands: in a column without a head, as on a phone, `alone`; in another currency than the house's. */
type InColumn = { alone?: boolean; foreign?: boolean };

/** A cell of a money column, in the column's unit. */
export function MoneyCell({
  value,
  places = 2,
  alone = false,
  foreign = false,
}: { value: Value | undefined; places?: number } & InColumn) {
  const { lang } = useText();
  const number = format.toNumber(value);
  if (number === null) return <Nothing />;
  const shape = format.moneyCell(number, lang, places, foreign);
  const unit = cellUnit(shape.inYuan, alone, lang);
  return (
    <span className={number === 0 ? 'flat nowrap' : 'nowrap'} title={exactly(number)}>
      {format.decimal(shape.amount, shape.places)}
      {unit && <span className="unit">{unit}</span>}
    </span>
  );
}

type ChangeProps = { value: Value | undefined; unit?: string; cell?: boolean; places?: number } & InColumn;

const MONEY_UNITS = new Set(['', '元', '万', '亿', 'CNY', 'yuan', 'k', 'm']);

/** Amount, places and unit of a change: money is scaled, percentages and points keep their own. */
function changeParts(number: number, lang: format.Lang, { unit = '', cell, alone = false, foreign }: ChangeProps) {
  if (unit === '%') return { amount: number, places: 2, suffix: '%' };
  if (unit === 'pp') return { amount: number, places: 2, suffix: ' pp' };
  if (!MONEY_UNITS.has(unit)) return { amount: number, places: Number.isInteger(number) ? 0 : 2, suffix: unit };
  if (cell) {
    const { amount, places, inYuan } = format.moneyCell(number, lang, 2, foreign);
    return { amount, places, suffix: cellUnit(inYuan, alone, lang) };
  }
  const scaled = format.money(number, lang);
  const scale = { 亿: 1e8, 万: 1e4, 元: 1, bn: 1e9, m: 1e6, k: 1e3, '': 1 }[scaled?.unit ?? ''];
  return { amount: number / scale, places: 2, suffix: scaled?.unit ?? '' };
}

/** A signed, coloured change in the direction of the market. */
export function Change(props: ChangeProps) {
  const { value, unit = '', places } = props;
  const { lang } = useText();
  const number = format.toNumber(value);
  if (number === null) return <Nothing />;
  const parts = changeParts(number, lang, props);
  const { text, direction } = format.signed(parts.amount, places ?? parts.places);
  return (
    <span className={`${direction} nowrap`} title={MONEY_UNITS.has(unit) ? exactly(number) : undefined}>
      {text}
      {parts.suffix && (parts.suffix === '%' ? '%' : <span className="unit">{parts.suffix}</span>)}
    </span>
  );
}

/** A count, exact or about. */
export function Count({ value, approximate = false }: { value: number; approximate?: boolean }) {
  const { lang } = useText();
  return <span className="nowrap">{format.count(value, approximate, lang)}</span>;
}

export function Plain({ value, unit }: { value: Value | undefined; unit?: string }) {
  const number = format.toNumber(value);
  if (number === null) return <Nothing />;
  return (
    <span className="nowrap">
      {format.plain(number)}
      {unit && <span className="unit">{unit}</span>}
    </span>
  );
}

/** A day until which something holds: past it is late, in its last 30 days it wants attention. */
export function Expiry({ value }: { value: string }) {
  const { t } = useText();
  const state = format.expiry(value);
  if (state === null) return <span className="nowrap">{format.date(value)}</span>;
  return (
    <span className={`nowrap ${state === 'past' ? 'tone-late' : 'tone-attention'}`} data-testid={`expiry-${state}`}>
      {state === 'past' && t('value.expired')} {format.date(value)}{' '}
      <Icon name={state === 'past' ? 'alert' : 'clock'} size={13} />
    </span>
  );
}

/** A figure with its label above and comparisons below. */
export function Figure({ label, value, sub }: { label: ReactNode; value: ReactNode; sub?: ReactNode }) {
  return (
    <div className="figure">
      <div className="figure-label">{label}</div>
      <div className="figure-value">{value}</div>
      {sub && <div className="figure-sub">{sub}</div>}
    </div>
  );
}
