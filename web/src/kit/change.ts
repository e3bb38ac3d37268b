import { useMutation, type UseMutationOptions } from '@tanstack/react-query';
import { useRef } from 'react';

/** After a success the gate stays shut, in ms, until a double click is over. */
const REST = 400;

type Passed<A> = { made: Promise<A>; asked: unknown; over: boolean };
export type Gate<A> = { current: Passed<A> | null };

/**
 * Runs unless the call before is under way, or has just succeeded and asked for the same: then that one is answered.
 * What was filled in otherwise since then is something else, however soon it comes, and is not lost.
 */
export function passOnce<A>(gate: Gate<A>, run: () => Promise<A>, asked?: unknown): Promise<A> {
  const before = gate.current;
  if (before && (!before.over || !isOther(before.asked, asked))) return before.made;
  const passed: Passed<A> = { made: run(), asked, over: false };
  const open = () => {
    if (gate.current === passed) gate.current = null;
  };
  gate.current = passed;
  passed.made.then(() => {
    passed.over = true;
    setTimeout(open, REST);
  }, open);
  return passed.made;
}

/** Whether two calls carry different values. Words and numbers name an act: one under the pointer takes another's place. */
function isOther(before: unknown, now: unknown): boolean {
  const filled = (value: unknown) => typeof value === 'object' && value !== null;
  return filled(before) && filled(now) && JSON.stringify(before) !== JSON.stringify(now);
}

/**
 * What changes something on the server: `useMutation` with a gate, so that a double click does a thing once.
 * Acts that take each other's place under the pointer (pause, resume) are one change with the act as its variable.
 */
export function useChange<A, V = void, C = unknown>(options: UseMutationOptions<A, Error, V, C>) {
  const mutation = useMutation(options);
  const gate = useRef<Gate<A>['current']>(null);
  type Given = Parameters<typeof mutation.mutateAsync>;
  const mutateAsync = (...given: Given) => passOnce(gate, () => mutation.mutateAsync(...given), given[0]);
  // A failure is told by `onError`.
  const mutate = (...given: Given) => void mutateAsync(...given).catch(() => undefined);
  return { ...mutation, mutate, mutateAsync };
}
