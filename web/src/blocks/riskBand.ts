/** The five product levels of a band: which are barred, and the first of them, which says so in words. */
export function riskBand(top: number, expired: boolean): { level: number; barred: boolean; said: boolean }[] {
  const offered = expired ? 0 : top;
  return [1, 2, 3, 4, 5].map((level) => ({ level, barred: level > offered, said: level === offered + 1 }));
}
