import { useRef } from 'react';

/** After a success the gate stays shut until a double click is over. */
const REST = 400;

/** Runs unless the call before is under way. */
export function passOnce(shut: { current: boolean }, run: () => Promise<unknown>): void {
  if (shut.current) return;
  shut.current = true;
  const open = () => {
    shut.current = false;
  };
  run().then(() => setTimeout(open, REST), open);
}

/** A function that ignores calls while its first is under way: a double click does a thing once. It reports no failure. */
export function useOnce<A extends unknown[]>(run: (...args: A) => Promise<unknown>): (...args: A) => void {
  const shut = useRef(false);
  return (...args) => passOnce(shut, () => run(...args));
}
