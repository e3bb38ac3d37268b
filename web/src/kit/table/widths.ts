/** Widths of columns in pixels, by their keys. */
export type Widths = Record<string, number>;

export const LEAST_WIDTH = 48;

const placeOf = (list: string) => `zhike.widths.${list}`;

/** The widths that were last given to the columns of a list in this browser. */
export function keptWidths(list: string | undefined): Widths {
  if (list === undefined) return {};
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(placeOf(list)) ?? '{}');
    const entries = Object.entries(kept ?? {}).filter(([, width]) => typeof width === 'number' && width >= LEAST_WIDTH);
    return Object.fromEntries(entries) as Widths;
  } catch {
    return {};
  }
}

export function keepWidths(list: string, given: Widths): void {
  const widths = Object.fromEntries(Object.entries(given).map(([key, width]) => [key, Math.max(LEAST_WIDTH, width)]));
  localStorage.setItem(placeOf(list), JSON.stringify(widths));
}

export function forgetWidths(list: string): void {
  localStorage.removeItem(placeOf(list));
}

/** How wide the columns of a table are drawn. */
export function drawnWidths(table: HTMLTableElement): Widths {
  const heads = table.querySelectorAll<HTMLElement>('th[data-column]');
  return Object.fromEntries(
    [...heads].map((head) => [head.dataset.column ?? '', Math.max(LEAST_WIDTH, Math.ceil(head.offsetWidth))]),
  );
}

/**
 * The columns of numbers that are too narrow for one that stands in them, and how wide they have to be: a part of a number
 * would be read as another number.
 */
export function widthsOfCutNumbers(table: HTMLTableElement): Widths {
  const wider: Widths = {};
  for (const head of table.querySelectorAll<HTMLTableCellElement>('th.num[data-column]')) {
    const cells = table.querySelectorAll<HTMLElement>(`td.num:nth-child(${head.cellIndex + 1})`);
    const cut = Math.max(0, ...[...cells].map((cell) => cell.scrollWidth - cell.clientWidth));
    if (cut > 0) wider[head.dataset.column ?? ''] = head.offsetWidth + cut + 1;
  }
  return wider;
}

/** How wide the columns would be for what stands in them; measured between two pictures, so nobody sees it. */
export function fittingWidths(table: HTMLTableElement): Widths {
  const before = table.className;
  table.className = `${before.replace('sized', '')} measured`;
  const found = drawnWidths(table);
  table.className = before;
  // Widths are told in whole pixels: what is a part of one wider would be cut.
  return Object.fromEntries(Object.entries(found).map(([key, width]) => [key, width + 1]));
}
