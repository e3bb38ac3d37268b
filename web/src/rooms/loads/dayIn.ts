/** The day that a file name holds, as systems write it: `counter_trade_20260317.csv`. */
export function dayIn(name: string): string | null {
  const found = /(?<!\d)(20\d{2})-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)/.exec(name);
  return found ? `${found[1]}-${found[2]}-${found[3]}` : null;
}
