import type { UsersFile } from '../../api';

/** What a spreadsheet would take for the beginning of a formula. */
const FORMULA = /^[=+\-@＝＋－＠\t\r]/;

/** The lines of a file of given passwords: quoted, and nothing that a spreadsheet would calculate. */
export function passwordLines(rows: UsersFile['made'], titles: string): string[] {
  return [titles, ...rows.map((row) => [row.employee_no, row.name, row.password].map((cell) => quoted(cell ?? '')).join(','))];
}

function quoted(cell: string): string {
  return `"${(FORMULA.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`;
}
