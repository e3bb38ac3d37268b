const SIGNS: Record<string, string> = { '。': '.', '−': '-', '—': '-', '　': ' ' };

/** What a Chinese keyboard types in full width, as plain digits and signs. */
export function halfWidth(text: string): string {
  const narrow = text.replace(/[\uFF01-\uFF5E]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
  return narrow.replace(/[。−—　]/g, (sign) => SIGNS[sign] ?? sign);
}

/** The grammar of the server: groups of three or none, no leading zero, no sign but minus. */
const NUMBER = /^-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?$/;

/** The number that a text is, without groups; null where it is none: nothing in it is dropped to make it one. */
export function readNumber(text: string): string | null {
  const plain = halfWidth(text).trim();
  return NUMBER.test(plain) ? plain.replaceAll(',', '') : null;
}

export function isWhole(text: string): boolean {
  const number = readNumber(text);
  return number !== null && !number.includes('.');
}

/** A whole number as it is sent; what is none stays a text, which is refused at its field. */
export function wholeOf(given: unknown): number | string {
  const text = String(given);
  const number = Number(readNumber(text) ?? NaN);
  return Number.isSafeInteger(number) && isWhole(text) ? number : text;
}

/** What a typed text gives: its number, or the text itself, to be refused. */
export const givenBy = (text: string): string => readNumber(text) ?? text.trim();

/** What a field shows: the text as it was typed while it gives what the field holds, 1.50 for 1.5, else what it holds. */
export function shownText(typed: string, held: string): string {
  const plain = (text: string) => (readNumber(text) === null ? text : shifted(text, 0));
  return plain(givenBy(typed)) === plain(held) ? typed : held;
}

/** A number times a power of ten, exact to its last digit. */
export function shifted(number: string, places: number): string {
  const [whole = '', fraction = ''] = number.replace('-', '').split('.');
  const point = whole.length + places;
  const digits = '0'.repeat(Math.max(0, 1 - point)) + (whole + fraction).padEnd(point, '0');
  const at = Math.max(point, 1);
  const left = digits.slice(0, at).replace(/^0+(?=\d)/, '');
  const right = digits.slice(at).replace(/0+$/, '');
  return `${number.startsWith('-') ? '-' : ''}${left}${right && `.${right}`}`;
}

/** Whether a day as typed is at its end: a single digit may be followed by another. */
export const isWholeDay = (text: string) => /(\d\d|日)\s*$/.test(halfWidth(text));

/** A day as typed, 20260901, 2026/9/1, 2026.9.1 or 2026年9月1日, and a time after it, with dashes and full digits. */
export function plainDay(text: string): string {
  const dashed = halfWidth(text)
    .trim()
    .replace(/^(\d{4})(\d\d)(\d\d)(?!\d)/, '$1-$2-$3');
  const found = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2}):(\d{2}))?$/.exec(dashed);
  if (!found) return text;
  const [year, month, day, hour, minute] = found.slice(1).map((part) => part?.padStart(2, '0'));
  return `${year}-${month}-${day}${hour ? ` ${hour}:${minute}` : ''}`;
}
