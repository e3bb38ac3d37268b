import { today } from './clock';

const SIGNS: Record<string, string> = { '。': '.', '−': '-', '—': '-', '　': ' ', '￥': '¥' };

/** What a Chinese keyboard types in full width, as plain digits and signs. */
export function halfWidth(text: string): string {
  const narrow = text.replace(/[\uFF01-\uFF5E]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
  return narrow.replace(/[。−—　￥]/g, (sign) => SIGNS[sign] ?? sign);
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

/**
 * `places`: the unit of the field as a power of ten, 4 for 万. `percent`: its numbers are shares of a hundred. `money`: they
 * are amounts, which may be typed with the word for the currency of the house. `units`: what they count, which may be
 * written behind them. `signs`: what may be written before them, as ¥. `beside`: the unit in which they are typed, as it is said beside them.
 */
export type Typing = {
  places?: number;
  percent?: boolean;
  money?: boolean;
  units?: string[];
  signs?: string[];
  beside?: string;
};

/** What people write behind a number instead of its zeros. */
const ZEROS: Record<string, number> = {
  千: 3,
  万: 4,
  十万: 5,
  百万: 6,
  千万: 7,
  亿: 8,
  十亿: 9,
  百亿: 10,
  千亿: 11,
  万亿: 12,
  w: 4,
  k: 3,
  thousand: 3,
  m: 6,
  million: 6,
  bn: 9,
  billion: 9,
};
const WITH_UNIT = new RegExp(`^(.*\\d)\\s*(${Object.keys(ZEROS).join('|')})$`, 'i');
const WITH_PERCENT = /^(.*\d)\s*%$/;

const YUAN = ['元', '块', '块钱'];

/** The text before one of the units that is written behind a number; a unit that says zeros stays where it is. */
function beforeUnit(text: string, units: string[]): string | undefined {
  for (const unit of units.map((one) => halfWidth(one).toLowerCase())) {
    if (unit === '' || unit in ZEROS || !text.toLowerCase().endsWith(unit)) continue;
    const rest = text.slice(0, -unit.length).trimEnd();
    if (/\d$/.test(rest) || WITH_UNIT.test(rest)) return rest;
  }
  return undefined;
}

/** The text behind a sign that is written before a number, ¥ or CNY. */
function behindSign(text: string, signs: string[]): string | undefined {
  const sign = signs.find((one) => text.toLowerCase().startsWith(one.toLowerCase()));
  const rest = sign && text.slice(sign.length).trimStart();
  return rest && /^[-.\d]/.test(rest) ? rest : undefined;
}

/**
 * A number as the server writes it: people leave out the zero before a point, write others that say nothing, and the sign
 * of what is not less.
 */
const written = (text: string) =>
  text
    .replace(/^\+(?=[.\d])/, '')
    .replace(/^(-?)0+(?=\d)/, '$1')
    .replace(/^(-?)\.(?=\d)/, '$10.');

/**
 * The number that is meant by what people write: 1.5万 is 15000 in every field, 30 is 300000 in a field of 万, 15% is 15
 * where the field holds percentages, 30万元 and ¥30万 are 300000 and 30元 is 30 where it holds amounts, 3笔 is 3 where it counts
 * 笔. Null where it is none; exact to its last digit.
 */
export function readTyped(text: string, typing: Typing = {}): string | null {
  const { places = 0, percent = false, money = false, units = [], signs = [] } = typing;
  const whole = halfWidth(text).trim();
  const signed = behindSign(whole, signs);
  const counted = beforeUnit(signed ?? whole, money ? [...YUAN, ...units] : units) ?? signed;
  const plain = written(counted ?? whole);
  const [, amount, unit = ''] = WITH_UNIT.exec(plain) ?? [];
  const share = percent ? WITH_PERCENT.exec(plain)?.[1] : undefined;
  const number = readNumber(amount ?? share ?? plain);
  if (number === null) return null;
  if (amount !== undefined) return shifted(number, ZEROS[unit.toLowerCase()] ?? 0);
  return places === 0 || counted !== undefined ? number : shifted(number, places);
}

/** Whether a text is a percentage, which a field of other numbers does not take. */
export function isPercentage(text: string): boolean {
  return readTyped(text, { percent: true }) !== null && readTyped(text) === null;
}

/** What a typed text gives: its number, or the text itself, to be refused. */
export const givenBy = (text: string, typing?: Typing): string => readTyped(text, typing) ?? text.trim();

/**
 * What a field shows: the text as it was typed while it gives what the field holds, 1.50 for 1.5 and 1万 for 10000, else
 * what it holds, in the unit of the field.
 */
export function shownText(typed: string, held: string, typing: Typing = {}): string {
  const plain = (text: string) => (readNumber(text) === null ? text : shifted(text, 0));
  if (plain(givenBy(typed, typing)) === plain(held)) return typed;
  return typing.places && readNumber(held) !== null ? shifted(held, -typing.places) : held;
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

/**
 * A day as typed, 20260901, 2026/9/1, 2026.9.1 or 2026年9月1日, or 9-1 of this year, and a time after it, with dashes and
 * full digits.
 */
export function plainDay(text: string): string {
  const dashed = halfWidth(text)
    .trim()
    .replace(/^(\d{4})(\d\d)(\d\d)(?!\d)/, '$1-$2-$3');
  const found = /^(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2}):(\d{2}))?$/.exec(dashed);
  if (!found) return text;
  const [year, month, day, hour, minute] = found.slice(1).map((part) => part?.padStart(2, '0'));
  return `${year ?? today().slice(0, 4)}-${month}-${day}${hour ? ` ${hour}:${minute}` : ''}`;
}
