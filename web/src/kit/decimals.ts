/** Decimals as the server writes them, added without a rounding: `0.1 + 0.2` is `0.3`. */
export function sumOf(texts: string[]): string {
  const places = Math.max(0, ...texts.map((text) => fractionOf(text).length));
  const total = texts.reduce((sum, text) => sum + scaled(text, places), 0n);
  const digits = (total < 0n ? -total : total).toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const fraction = places > 0 ? `.${digits.slice(-places)}` : '';
  return `${total < 0n ? '-' : ''}${whole}${fraction}`;
}

const fractionOf = (text: string) => text.split('.')[1] ?? '';

const scaled = (text: string, places: number) =>
  BigInt((text.split('.')[0] ?? '') + fractionOf(text).padEnd(places, '0'));

/** Whether a number is more than another, to the last digit. */
export function exceeds(one: string, other: string): boolean {
  const places = Math.max(fractionOf(one).length, fractionOf(other).length);
  return scaled(one, places) > scaled(other, places);
}
