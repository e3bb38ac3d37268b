import type { UsersFile } from '../../api';

/** What a spreadsheet would take for the beginning of a formula. */
const FORMULA = /^[=+\-@＝＋－＠\t\r]/;

/** The lines of a file of given passwords: quoted, and nothing that a spreadsheet would calculate. */
export function passwordLines(rows: UsersFile['made'], titles: string): string[] {
  return [titles, ...rows.map((row) => line([row.employee_no, row.name, row.password ?? '']))];
}

/** The lines that became nothing, each with why, in the columns of the template: they are mended and sent again. */
export function refusedLines(rows: UsersFile['refused'], titles: string): string[] {
  return [titles, ...rows.map((row) => line([...row.cells, row.message]))];
}

function line(cells: string[]): string {
  return cells.map(quoted).join(',');
}

function quoted(cell: string): string {
  return `"${(FORMULA.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`;
}
