import { useEffect, useEffectEvent, useRef, type KeyboardEvent, type ReactNode } from 'react';

type Props = { q: string; isReady: boolean; onTake: () => void; children: ReactNode };

/**
 * A box whose list is asked for. Enter before the list of the text `q` is there (`isReady`) waits for it and then takes what
 * `onTake` takes; any other key and any other text ends the wait, so that nothing is taken that an earlier text found.
 */
export function EarlyEnter({ q, isReady, onTake, children }: Props) {
  const waiting = useRef<string | null>(null);
  const take = useEffectEvent(onTake);
  useEffect(() => {
    if (waiting.current !== q) waiting.current = null;
    else if (isReady) {
      waiting.current = null;
      take();
    }
  }, [q, isReady]);
  const hear = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    waiting.current = null;
    if (event.key !== 'Enter' || isReady || q === '') return;
    event.preventDefault();
    event.stopPropagation();
    waiting.current = q;
  };
  const end = () => {
    waiting.current = null;
  };
  return (
    <div style={{ display: 'contents' }} onKeyDownCapture={hear} onBlurCapture={end}>
      {children}
    </div>
  );
}
