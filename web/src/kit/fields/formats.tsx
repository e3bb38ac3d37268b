/** How figures, cells and words of blocks are drawn: one entry per format that the server names. */
import type { ReactNode } from 'react';
import type { BlockFormat } from '../../api';
import { unitText } from '../i18n';
import { Diverge } from '../Diverge';
import { Change, Count, Money, MoneyCell, Nothing, Plain } from '../figures';
import * as format from '../format';
import { Bar } from '../marks';
import { HOME_UNITS } from './values';

type Drawing = {
  value: unknown;
  number: number | null;
  unit?: string;
  shownUnit?: string;
  cell: boolean;
  alone?: boolean;
};

type FormatKind = {
  /** How a value is drawn; where it is not given or draws nothing, as of an amount in another currency, the value is words. */
  draw?: (given: Drawing) => ReactNode;
  /** How a value is drawn as long as the largest of its column. */
  chart?: (value: number, max: number) => ReactNode;
  /** It is a figure, which stands at the right of a phone's line; and words, which stand under its title. */
  figure?: boolean;
  words?: boolean;
  /** Its words are tags; and lead to the record of their row. */
  tagged?: boolean;
  linked?: boolean;
  /** A zero stands back, and a tone of its column marks what is none. */
  toned?: boolean;
  /** Whether its figures are amounts in the currency of the house, which are scaled. */
  amount?: (unit: string | null | undefined) => boolean;
  /** Its cells say what they count, or draw it only, so the head of their column does not say it. */
  ownUnit?: boolean;
  /** Neither sign nor unit says what it is: without the head of its column it needs its name. */
  bare?: boolean;
  /** Its values are whole: things that are counted. */
  whole?: boolean;
  /** What stands behind a figure of a share, and behind a difference of two. */
  suffix?: string;
  differenceSuffix?: string;
};

const counted: FormatKind['draw'] = ({ number, shownUnit, cell }) =>
  number === null ? (
    <Nothing />
  ) : (
    <>
      <Count value={number} />
      {!cell && shownUnit && <span className="unit">{shownUnit}</span>}
    </>
  );

const FORMATS: Record<BlockFormat, FormatKind> = {
  text: { words: true },
  number: {
    draw: ({ number, shownUnit, cell }) =>
      number === null ? undefined : <Plain value={number} unit={cell ? undefined : shownUnit} />,
  },
  money: {
    figure: true,
    amount: () => true,
    draw: ({ number, cell, alone }) =>
      number === null ? undefined : cell ? <MoneyCell value={number} alone={alone} /> : <Money value={number} />,
  },
  change: {
    figure: true,
    amount: (unit) => !unit || HOME_UNITS.includes(unit),
    draw: ({ number, unit, cell, alone }) => <Change value={number} unit={unit} cell={cell} alone={alone} />,
  },
  count: { figure: true, whole: true, toned: true, bare: true, draw: counted },
  percent: {
    figure: true,
    bare: true,
    suffix: '%',
    differenceSuffix: ' pp',
    draw: ({ number }) => <span className="nowrap">{format.percent(number)}</span>,
  },
  duration: { ownUnit: true, draw: ({ number, shownUnit }) => <Plain value={number} unit={shownUnit} /> },
  date: { words: true, draw: ({ value }) => <span className="nowrap">{format.date(String(value))}</span> },
  datetime: { words: true, draw: ({ value }) => <span className="nowrap">{format.datetime(String(value))}</span> },
  tag: { words: true, tagged: true },
  tier: { tagged: true },
  link: { words: true, linked: true },
  bar: { ownUnit: true, chart: (value, max) => <Bar share={max > 0 ? value / max : 0} /> },
  diverge: { ownUnit: true, chart: (value, max) => <Diverge value={value} max={max} /> },
};

export const formatOf = (name: BlockFormat): FormatKind => FORMATS[name];

export type Shape = { factor: number; places: number; suffix: string; differenceSuffix: string };

/** How the values of a measure are written: percentages with differences in points, money in 万, or `inYuan`. */
export function shapeOf(name: BlockFormat, unit: string | null, lang: format.Lang, inYuan = false): Shape {
  const { amount, suffix = '', differenceSuffix = '' } = formatOf(name);
  const scaled = amount?.(unit) && !inYuan;
  return { factor: scaled ? 1 / format.moneyColumnScale(lang) : 1, places: 2, suffix, differenceSuffix };
}

/** Whether amounts that are compared stand in yuan: one of them would have no figure in 万. */
export const comparedInYuan = (values: readonly (string | null)[], lang: format.Lang): boolean =>
  values.some((value) => format.isTooSmall(format.toNumber(value) ?? 0, lang));

/** Whether amounts are drawn over an axis in yuan: the largest of them is less than one of 万. */
export const drawnInYuan = (values: readonly (string | null)[], lang: format.Lang): boolean =>
  values.every((value) => Math.abs(format.toNumber(value) ?? 0) < format.moneyColumnScale(lang));

const SHARES = ['%', 'pp'];

/** The unit that stands once, above or beside figures of a format; shares and what says its unit itself have none. */
export function unitBeside(name: BlockFormat, unit: string | null, lang: format.Lang, inYuan = false): string {
  const { amount, ownUnit } = formatOf(name);
  if (amount?.(unit)) return inYuan ? unitText('元', lang) : format.moneyColumnUnit(lang);
  return ownUnit || !unit || SHARES.includes(unit) ? '' : unitText(unit, lang);
}
