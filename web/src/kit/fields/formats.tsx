import type { ReactNode } from 'react';
import type { BlockFormat } from '../../api';
import { Change, Count, Money, MoneyCell, Nothing } from '../figures';
import * as format from '../format';

type Drawing = { value: unknown; number: number | null; unit?: string; shownUnit?: string; cell: boolean };
type Draw = (given: Drawing) => ReactNode;

const counted: Draw = ({ number, shownUnit, cell }) =>
  number === null ? <Nothing /> : <><Count value={number} />{!cell && shownUnit && <span className="unit">{shownUnit}</span>}</>;

/** How the formats of figures and days are drawn; of every other format the value is words. */
const DRAWN: Partial<Record<BlockFormat, Draw>> = {
  money: ({ number, cell }) => (cell ? <MoneyCell value={number} /> : <Money value={number} />),
  change: ({ number, unit, cell }) => <Change value={number} unit={unit} cell={cell} />,
  count: counted,
  duration: counted,
  percent: ({ number }) => <span className="nowrap">{format.percent(number)}</span>,
  date: ({ value }) => <span className="nowrap">{format.date(String(value))}</span>,
  datetime: ({ value }) => <span className="nowrap">{format.datetime(String(value))}</span>,
};

export const drawn = (kind: BlockFormat, given: Drawing): ReactNode => DRAWN[kind]?.(given);

const HOME_UNITS = ['元', '万', 'CNY'];

/** Whether a figure is an amount in the currency of the house, or a change of one: it is scaled. */
export const isAmount = (kind: BlockFormat, unit: string | null | undefined): boolean =>
  kind === 'money' || (kind === 'change' && (!unit || HOME_UNITS.includes(unit)));
