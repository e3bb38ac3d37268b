/** How people have to write numbers of a fixed form, said while they type; the server knows the same forms. */
import type { FieldMeta } from '../../api';
import type { Key } from '../i18n';

/** What is wrong with a number: the text to say it with, and what stands in it. */
export type Unwritten = { text: Key; facts?: Record<string, string | number> };
type Form = NonNullable<NonNullable<FieldMeta['written']>['always']>;

const UNSEEN = /[\s\u200b-\u200f\u2060\ufeff]+/g;
const plain = (text: string) => text.normalize('NFKC').replace(UNSEEN, '').toLowerCase();

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = '10x98765432';
const CODE_SIGNS = '0123456789ABCDEFGHJKLMNPQRTUWXY';

function isDay(text: string): boolean {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6))];
  const found = new Date(Date.UTC(2000, month - 1, day));
  found.setUTCFullYear(year, month - 1, day);
  return year > 0 && found.getUTCMonth() === month - 1 && found.getUTCDate() === day;
}

function residentId(text: string): Unwritten | null {
  const number = plain(text);
  if (number.length !== 15 && number.length !== 18)
    return { text: 'written.idLength', facts: { length: number.length } };
  if (!/^(?:[1-9]\d{14}|[1-9]\d{16}[\dx])$/.test(number)) return { text: 'written.idSigns' };
  const born = number.length === 18 ? number.slice(6, 14) : `19${number.slice(6, 12)}`;
  if (!isDay(born)) return { text: 'written.idBorn', facts: { born } };
  if (number.length === 15) return null;
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(number[place]), 0);
  return CHECKS[sum % 11] === number[17] ? null : { text: 'written.check' };
}

function creditCode(text: string): Unwritten | null {
  const code = plain(text).toUpperCase();
  if (code.length !== 18) return { text: 'written.codeLength', facts: { length: code.length } };
  const strange = [...code].find((sign) => !CODE_SIGNS.includes(sign));
  if (strange) return { text: 'written.codeSign', facts: { sign: strange } };
  let [sum, weight] = [0, 1];
  for (const sign of code.slice(0, 17)) {
    sum += CODE_SIGNS.indexOf(sign) * weight;
    weight = (weight * 3) % 31;
  }
  return CODE_SIGNS[(31 - (sum % 31)) % 31] === code[17] ? null : { text: 'written.check' };
}

/** A mobile of the mainland with or without its prefix, or one abroad with its country. */
function mobile(text: string): Unwritten | null {
  const number = plain(text).replace(/[-().‐-―−]/g, '');
  const fits = /^(?:(?:\+|00)?860?|0)?1[3-9]\d{9}$/.test(number) || /^(?:\+|00)(?!86)[1-9]\d{6,14}$/.test(number);
  return fits ? null : { text: 'written.mobile' };
}

const FORMS: Record<Form, (text: string) => Unwritten | null> = {
  resident_id: residentId,
  credit_code: creditCode,
  mobile,
  // Which day it is the server knows.
  past_day: () => null,
};

/** What is wrong with what is typed in a field, by what the field beside it says; the server says it of a missing one. */
export function unwritten(field: FieldMeta, value: unknown, beside: (key: string) => unknown): Unwritten | null {
  const { written } = field;
  if (!written || typeof value !== 'string' || value.trim() === '') return null;
  const form = written.by ? written.of[String(beside(written.by))] : written.always;
  return form ? FORMS[form](value) : null;
}
