const SIGNS: Record<string, string> = { '。': '.', '−': '-', '—': '-', '　': ' ', '、': ',' };

/** What a Chinese keyboard types in full width, as plain digits and signs. */
export function halfWidth(text: string): string {
  const narrow = text.replace(/[\uFF01-\uFF5E]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
  return narrow.replace(/[。−—　、]/g, (sign) => SIGNS[sign] ?? sign);
}

/** A number as typed, without what groups its digits or stands around it. */
export function plainNumber(text: string): string {
  return halfWidth(text).replace(/[^\w.-]+/g, '');
}

/** Whether a day as typed is at its end: a single digit may be followed by another. */
export const isWholeDay = (text: string) => /(\d\d|日)\s*$/.test(halfWidth(text));

/** A day as typed, 20260901, 2026/9/1, 2026.9.1 or 2026年9月1日, and a time after it, with dashes and full digits. */
export function plainDay(text: string): string {
  const dashed = halfWidth(text).trim().replace(/^(\d{4})(\d\d)(\d\d)(?!\d)/, '$1-$2-$3');
  const found = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2}):(\d{2}))?$/.exec(dashed);
  if (!found) return text;
  const [year, month, day, hour, minute] = found.slice(1).map((part) => part?.padStart(2, '0'));
  return `${year}-${month}-${day}${hour ? ` ${hour}:${minute}` : ''}`;
}
