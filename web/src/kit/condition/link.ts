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

/** What an address says of a row, and of several options those that the field does not have. */
export type Said = { row: Row; unknown: string[] };

/** The row that an address says; null where its field may not be asked about, not by this, or not for such values. */
export function rowIn(text: string, { entries }: Terms): Said | null {
  const [field = '', said = '', ...given] = partsOf(text);
  const entry = entries.get(field);
  const { op, blank } = opIn(said);
  if (!entry || !isRowOp(op) || !canAsk(op, entry.type)) return null;
  // Nobody has an option that there is not: beside others it may be left out.
  const unknown = valueCount(op) === 'many' ? given.filter((value) => !isOffered(value, entry)) : [];
  const values = given.filter((value) => !unknown.includes(value));
  if (!areOf(entry, op, values)) return null;
  if (blank && !isNegation({ op, values }, entry.type, false)) return null;
  return { row: { ...newRow(field, op, values), ...(blank && { blank }) }, unknown };
}

/** What an address says of a row in its own parts; null where it is not said as rows are. */
export function partsIn(text: string): { field: string; op: string; values: string[] } | null {
  const [field, said, ...values] = partsOf(text);
  return field === undefined || said === undefined ? null : { field, op: opIn(said).op, values };
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
function areOf(entry: Entry, op: RowOp, values: string[]): boolean {
  const { type } = entry;
  const wanted = valueCount(op);
  return (
    (wanted === 'many' ? values.length > 0 : values.length === wanted) &&
    values.every((value) => askedOf(type).holds(value) && isOffered(value, entry)) &&
    !(wanted === 2 && areTurned(values, type))
  );
}

const isOffered = (value: string, { options = [] }: Entry) =>
  options.length === 0 || options.some(({ key }) => key === value);
