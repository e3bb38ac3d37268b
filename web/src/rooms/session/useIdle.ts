import { useEffect } from 'react';

const SHARED = 'zhike.active';
const EVENTS = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/** Call `onIdle` after `seconds` without activity in any tab of this browser. */
export function useIdle(seconds: number, enabled: boolean, onIdle: () => void): void {
  useEffect(() => {
    if (!enabled || !seconds) return;
    const mark = () => localStorage.setItem(SHARED, String(Date.now()));
    let last = 0;
    const active = () => {
      if (Date.now() - last < 5_000) return;
      last = Date.now();
      mark();
    };
    mark();
    const check = () => {
      if (Date.now() - Number(localStorage.getItem(SHARED) ?? 0) >= seconds * 1000) onIdle();
    };
    const timer = setInterval(check, Math.min(15_000, seconds * 250));
    EVENTS.forEach((event) => window.addEventListener(event, active, { passive: true }));
    return () => {
      clearInterval(timer);
      EVENTS.forEach((event) => window.removeEventListener(event, active));
    };
  }, [seconds, enabled, onIdle]);
}
