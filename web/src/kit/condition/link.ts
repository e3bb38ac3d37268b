/** A row as an address says it: `["level","in","C3","C4"]`. */
import { areTurned, askedOf } from '../fields/asked';
import { isComplete, isNegation, isRowOp, newRow, type Blank, valueCount, type Row, type RowOp } from './model';
import { canAsk } from './reading';
import type { Entry, Terms } from './vocabulary';

/** What stands behind the operator of a row that says in words of its own whether no value counts. */
const BLANKS: Record<Blank, string> = { holds: '|is_empty', fails: '&is_not_empty' };

const opSaid = ({ op, blank }: Row) => op + (blank ? BLANKS[blank] : '');

function opIn(said: string): { op: string; blank?: Blank } {
  const blank = (['holds', 'fails'] as const).find((one) => said.endsWith(BLANKS[one]));
  return blank ? { op: said.slice(0, -BLANKS[blank].length), blank } : { op: said };
}

/** What an address says of a row; of one that is not filled in, nothing: it asks nothing. */
export const rowText = (row: Row): string[] =>
  isComplete(row) ? [JSON.stringify([row.field, opSaid(row), ...row.values])] : [];

/** The row that an address says; null where its field may not be asked about, not by this, or not for such values. */
export function rowIn(text: string, { entries }: Terms): Row | null {
  const [field = '', said = '', ...values] = partsOf(text);
  const entry = entries.get(field);
  const { op, blank } = opIn(said);
  if (!entry || !isRowOp(op) || !canAsk(op, entry.type) || !areOf(entry, op, values)) return null;
  if (blank && !isNegation(op, false)) return null;
  return { ...newRow(field, op, values), ...(blank && { blank }) };
}

function partsOf(text: string): string[] {
  try {
    const said: unknown = JSON.parse(text);
    return Array.isArray(said) && said.every((part) => typeof part === 'string') ? said : [];
  } catch {
    return [];
  }
}

/** Whether they are as many as the operator takes, each one of the values of the field. */
function areOf({ type, options = [] }: Entry, op: RowOp, values: string[]): boolean {
  const wanted = valueCount(op);
  const isOffered = (value: string) => options.length === 0 || options.some(({ key }) => key === value);
  return (
    (wanted === 'many' ? values.length > 0 : values.length === wanted) &&
    values.every((value) => askedOf(type).holds(value) && isOffered(value)) &&
    !(wanted === 2 && areTurned(values, type))
  );
}
