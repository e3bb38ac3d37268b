import { useMutation, type UseMutationOptions } from '@tanstack/react-query';
import { useRef } from 'react';

/** After a success the gate stays shut, in ms, until a double click is over. */
const REST = 400;

export type Gate<A> = { current: Promise<A> | null };

/** Runs unless the call before is under way or has just succeeded: then that one is answered. */
export function passOnce<A>(gate: Gate<A>, run: () => Promise<A>): Promise<A> {
  if (gate.current) return gate.current;
  const made = run();
  const open = () => {
    gate.current = null;
  };
  gate.current = made;
  made.then(() => setTimeout(open, REST), open);
  return made;
}

/**
 * What changes something on the server: `useMutation` with a gate, so that a double click does a thing once.
 * Acts that take each other's place under the pointer (pause, resume) are one change with the act as its variable.
 */
export function useChange<A, V = void, C = unknown>(options: UseMutationOptions<A, Error, V, C>) {
  const mutation = useMutation(options);
  const gate = useRef<Promise<A> | null>(null);
  type Given = Parameters<typeof mutation.mutateAsync>;
  const mutateAsync = (...given: Given) => passOnce(gate, () => mutation.mutateAsync(...given));
  // A failure is told by `onError`.
  const mutate = (...given: Given) => void mutateAsync(...given).catch(() => undefined);
  return { ...mutation, mutate, mutateAsync };
}
