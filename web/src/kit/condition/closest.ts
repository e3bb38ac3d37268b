import type { ReactNode } from 'react';

type Option = { label?: ReactNode; options?: Option[] };

/** What is called as it was typed stands before what begins so, and that before what has it in it: Enter takes the first. */
export function closestFirst(one: Option, other: Option, { searchValue }: { searchValue: string }): number {
  const far = ({ label, options }: Option): number => {
    if (options) return Math.min(...options.map(far));
    const at = String(label).indexOf(searchValue);
    return label === searchValue ? 0 : at === 0 ? 1 : at > 0 ? 2 : 3;
  };
  return far(one) - far(other);
}
