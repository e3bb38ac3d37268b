/**
 * The time of the product: the server's clock, read in Shanghai, wherever the browser stands.
 * Shanghai has no summer time, so its wall clock is UTC and eight hours.
 */

const SHANGHAI_MS = 8 * 3600_000;

let offset = 0;

/** The server's clock may differ from the browser's: everything that says "now" follows the server's. */
export function setServerNow(now: string): void {
  const at = new Date(now).getTime();
  if (Number.isFinite(at)) offset = at - Date.now();
}

/** A time of the browser's clock on the server's. */
export function onServerClock(browserTime: number): number {
  return browserTime + offset;
}

/** Now by the server's clock, in milliseconds since 1970. */
export function now(): number {
  return onServerClock(Date.now());
}

export type Moment = { year: number; month: number; day: number; hour: number; minute: number; weekday: number };

export function shanghai(instant: string | number | Date): Moment | null {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return null;
  const local = new Date(at.getTime() + SHANGHAI_MS);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    weekday: local.getUTCDay(),
  };
}

/** An instant as a wall clock in Shanghai shows it: `2026-03-18T10:42:00`. */
export function wallOf(instant: string | number | Date): string | null {
  const at = new Date(instant).getTime();
  return Number.isNaN(at) ? null : new Date(at + SHANGHAI_MS).toISOString().slice(0, 19);
}

/** The instant at which the wall clock in Shanghai shows `wall`, ISO in UTC. */
export function instantOf(wall: string): string {
  return new Date(Date.parse(`${wall}Z`) - SHANGHAI_MS).toISOString();
}

/** Today in Shanghai by the server's clock, as a business date. */
export function today(): string {
  return wallOf(now())?.slice(0, 10) ?? '';
}

const DAY_MS = 86_400_000;

/** Calendar days from one business date to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}
