/**
 * The windows of a browser have one session. Each tells the others who is signed in now, by number, or that nobody is (null);
 * whom a window stands for is its own to know.
 */
const CHANNEL = 'zhike.session';

let opened: BroadcastChannel | undefined;
const channel = () => (opened ??= 'BroadcastChannel' in globalThis ? new BroadcastChannel(CHANNEL) : undefined);

export function tellWindows(person: string | null): void {
  channel()?.postMessage(person);
}

/** Call `listener` whenever another window says who is signed in. */
export function onWindows(listener: (person: string | null) => void): () => void {
  const told = ({ data }: MessageEvent<string | null>) => listener(data);
  channel()?.addEventListener('message', told);
  return () => channel()?.removeEventListener('message', told);
}
