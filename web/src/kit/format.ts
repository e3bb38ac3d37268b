/** Pure formatting: no React, no language texts but the units given in. */
import { daysBetween, shanghai, today, wallOf } from './clock';

export type Lang = 'zh' | 'en';
export type Scaled = { text: string; unit: '' | '元' | '万' | '亿' | 'k' | 'm' | 'bn' };

const MINUS = '\u2212';
export const NOTHING = '—';

export function toNumber(value: unknown): number | null {
  if (value === null || value === undefined || value === '' || typeof value === 'boolean' || Array.isArray(value))
    return null;
  if (typeof value === 'object') return 'amount' in value ? toNumber(value.amount) : null;
  const number = typeof value === 'number' ? value : Number(value);
  return Number.isFinite(number) ? number : null;
}

const formats = new Map<number, Intl.NumberFormat>();

/** Thousands commas, fixed decimals, true minus. */
export function decimal(value: number, places: number): string {
  let format = formats.get(places);
  if (!format) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
    formats.set(places, format);
  }
  const text = format.format(Math.abs(value));
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** A name in the middle of an English sentence: small, unless its first word is an abbreviation. */
export function inSentence(name: string): string {
  return /^[A-Z][a-z ]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}

type Step = { at: number; unit: Scaled['unit']; places: number };
const STEPS: Record<Lang, Step[]> = {
  zh: [
    { at: 1e8, unit: '亿', places: 2 },
    { at: 1e4, unit: '万', places: 2 },
    { at: 1, unit: '元', places: 2 },
  ],
  en: [
    { at: 1e9, unit: 'bn', places: 2 },
    { at: 1e6, unit: 'm', places: 2 },
    { at: 1e3, unit: 'k', places: 1 },
    { at: 1, unit: '', places: 2 },
  ],
};

/** One figure of money in yuan, with the unit that suits its size. */
export function money(value: unknown, lang: Lang = 'zh'): Scaled | null {
  const number = toNumber(value);
  if (number === null) return null;
  const steps = STEPS[lang];
  const step = steps.find((s) => Math.abs(number) >= s.at) ?? steps[steps.length - 1];
  if (!step) return null;
  return { text: decimal(number / step.at, step.places), unit: step.unit };
}

export type CellShape = { amount: number; places: number; inYuan: boolean };

/** Whether an amount is so small that nothing of it would be left in the unit of a money column; nothing itself is not. */
export const isTooSmall = (number: number, lang: Lang, places = 2): boolean =>
  number !== 0 && Math.abs(number) < moneyColumnScale(lang) / 10 ** places;

/**
 * How an amount is written in a cell of a money column: in 万 (English: thousands), the unit is in the header. What would
 * have no figure there is in yuan and has to say so; in another currency it has decimals to the cent.
 */
export function moneyCell(number: number, lang: Lang, places = 2, foreign = false): CellShape {
  const scale = moneyColumnScale(lang);
  if (!isTooSmall(number, lang, places)) return { amount: number / scale, places, inYuan: false };
  if (!foreign) return { amount: number, places: 2, inYuan: true };
  return { amount: number / scale, places: Math.round(Math.log10(scale)) + 2, inYuan: false };
}

/** How many yuan one unit of a money column is. */
export const moneyColumnScale = (lang: Lang): number => (lang === 'zh' ? 1e4 : 1e3);

export function moneyColumnUnit(lang: Lang): string {
  return lang === 'zh' ? '万' : 'k';
}

export type Direction = 'up' | 'down' | 'flat';

/** Sign and direction of a change; what rounds to zero is zero. */
export function signed(value: number, places: number): { text: string; direction: Direction } {
  const text = decimal(Math.abs(value), places);
  if (!/[1-9]/.test(text)) return { text, direction: 'flat' };
  return value > 0 ? { text: `+${text}`, direction: 'up' } : { text: MINUS + text, direction: 'down' };
}

/** A value that the server gives in percent: 6.42 is 6.42%. */
export function percent(value: unknown, places = 2): string {
  const number = toNumber(value);
  return number === null ? NOTHING : `${decimal(number, places)}%`;
}

/** A part of a whole in percent; nothing where there is no whole. */
export function share(part: number, whole: number, places = 2): string {
  if (whole <= 0) return NOTHING;
  const number = part / whole;
  const step = 10 ** -places;
  // A few of very many are neither none nor, left out, all.
  if (number > 0 && number * 100 < step / 2) return `<${decimal(step, places)}%`;
  if (number < 1 && (1 - number) * 100 < step / 2) return `>${decimal(100 - step, places)}%`;
  return `${decimal(number * 100, places)}%`;
}

/** Exact to ten thousand, above it rounded to two or three figures when the count is approximate. */
export function count(value: number, approximate: boolean, lang: Lang = 'zh'): string {
  if (!approximate || value <= 10_000) return decimal(value, 0);
  if (lang === 'en') return value >= 1e6 ? `about ${rounded(value / 1e6)} m` : `about ${rounded(value / 1e3)} k`;
  return value >= 1e8 ? `约 ${rounded(value / 1e8)} 亿` : `约 ${rounded(value / 1e4)} 万`;
}

function rounded(value: number): string {
  return value >= 10 ? decimal(value, 0) : String(Number(value.toFixed(1)));
}

/** A plain number with as many places as it needs, at most `places`. */
export function plain(value: number, places = 2): string {
  return decimal(value, 0) === decimal(value, places).replace(/\.0+$/, '') && Number.isInteger(value)
    ? decimal(value, 0)
    : decimal(value, places);
}

/** A decimal to its last digit, with commas and a true minus: 1234567.50 is 1,234,567.50. */
export function exact(number: string): string {
  const [whole = '', fraction] = number.replace('-', '').split('.');
  const sign = number.startsWith('-') ? MINUS : '';
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${fraction ? `.${fraction}` : ''}`;
}

/* Dates: business dates have no zone; instants are shown in Shanghai, which has no summer time. */

const two = (value: number) => String(value).padStart(2, '0');
let yearNow = shanghai(Date.now())?.year ?? 0;

/** The year that is left out of dates: the one of the server's clock. */
export function setCurrentYear(year: number): void {
  yearNow = year;
}

export function monthDay(year: number, month: number, day: number): string {
  return year === yearNow ? `${two(month)}-${two(day)}` : `${year}-${two(month)}-${two(day)}`;
}

/** A tick of a time axis, where it stands on the wall clock: a year, a month, or a day with its year if that is not the current one. */
export function axisDay(at: Date, lang: Lang): string {
  const [year, month, day] = [at.getFullYear(), at.getMonth(), at.getDate()];
  if (day > 1) return monthDay(year, month + 1, day);
  if (month === 0) return String(year);
  const name = lang === 'zh' ? `${month + 1} 月` : at.toLocaleDateString('en-GB', { month: 'short' });
  return year === yearNow ? name : `${year}-${two(month + 1)}`;
}

/** `2026-03-17` → `03-17` in the current year. */
export function date(value: string | null | undefined): string {
  if (!value) return NOTHING;
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (!parts) return instantDate(value);
  return monthDay(Number(parts[1]), Number(parts[2]), Number(parts[3]));
}

const SOON_DAYS = 30;

/** Whether something valid until `value` is past, soon to be, or neither. */
export function expiry(value: string, now: string = today()): 'past' | 'soon' | null {
  const left = daysBetween(now, value);
  return left < 0 ? 'past' : left <= SOON_DAYS ? 'soon' : null;
}

export function instantDate(value: string): string {
  const at = shanghai(value);
  return at ? monthDay(at.year, at.month, at.day) : value;
}

export function time(value: string | number | Date): string {
  const at = shanghai(value);
  return at ? `${two(at.hour)}:${two(at.minute)}` : NOTHING;
}

export function datetime(value: string | null | undefined): string {
  if (!value) return NOTHING;
  const at = shanghai(value);
  return at ? `${monthDay(at.year, at.month, at.day)} ${two(at.hour)}:${two(at.minute)}` : value;
}

export type Words = { day: string; hour: string; minute: string };

/** Less than a day as its two largest parts: `2 小时 12 分`. */
function hours(minutes: number, words: Words): string {
  const whole = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (whole === 0) return `${rest} ${words.minute}`;
  return whole >= 10 || rest === 0 ? `${whole} ${words.hour}` : `${whole} ${words.hour} ${rest} ${words.minute}`;
}

const DAY_MINUTES = 24 * 60;

/** What lies between a deadline and now, either way: hours within a day, else days as one counts them on a calendar. */
export function distance(deadline: string, now: number, words: Words): string {
  const minutes = Math.abs(Math.round((new Date(deadline).getTime() - now) / 60_000));
  const [from, to] = [wallOf(now), wallOf(deadline)];
  if (minutes < DAY_MINUTES || !from || !to) return hours(minutes, words);
  return `${Math.abs(daysBetween(from.slice(0, 10), to.slice(0, 10)))} ${words.day}`;
}

const MOST_REPEATED = 60;

/** What somebody gave, as it is repeated in a sentence: of a long text its beginning. */
export function shortened(text: string): string {
  const signs = [...text];
  return signs.length > MOST_REPEATED ? `${signs.slice(0, MOST_REPEATED).join('')}…` : text;
}
