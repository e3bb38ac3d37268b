import type { TableColumn, TableData } from '../api';
import { formatOf } from '../kit/fields/formats';
import { toNumber } from '../kit/format';

type TableRow = TableData['rows'][number];

/** Where a phone shows the columns of a row: texts and named figures below the title, two more parts at the right. */
export type PhoneParts = {
  texts: TableColumn[];
  named: (row: TableRow) => TableColumn[];
  end?: TableColumn;
  endSub?: TableColumn;
};

const TEXTS = 3;
const FIGURES = 4;

/** Whether a row has a cell in a column; a row of what is left over has none in many. */
export const stands = (column: TableColumn, row: TableRow) => row.cells[column.key] !== undefined;

/**
 * The columns of a row on a phone: the first is its title; what wants attention in a row is never left out, and all
 * figures of a row that has none of those that are usually shown stand below it.
 */
export function phoneParts(columns: TableColumn[]): PhoneParts {
  const figures = columns.filter((column) => formatOf(column.format).figure);
  const texts = columns.slice(1).filter((column) => formatOf(column.format).words);
  const [end, endSub, ...left] = figures;
  // Where hardly a text identifies the row, further figures stand below it, each under its name.
  const further = texts.length < 2 ? left.slice(0, FIGURES) : [];
  // Several of them and a text are more than a line holds; a mark is short.
  const said = further.length > 1 ? texts.filter((column) => formatOf(column.format).tagged) : texts;
  // Without figures a mark that the texts leave out stands at the right.
  const mark = texts.slice(TEXTS).find((column) => formatOf(column.format).tagged);
  const wants = (column: TableColumn, row: TableRow) => column.tone && (toNumber(row.cells[column.key]) ?? 0) !== 0;
  const usual = figures.filter((column) => column === end || column === endSub || further.includes(column));
  const named = (row: TableRow) => {
    const found = left.filter((column) => stands(column, row));
    return usual.some((column) => stands(column, row))
      ? found.filter((column) => further.includes(column) || wants(column, row))
      : found;
  };
  return {
    texts: said.slice(0, TEXTS),
    named,
    end: end ?? mark,
    endSub,
  };
}
