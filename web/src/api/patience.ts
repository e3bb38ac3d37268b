import { QueryClient } from '@tanstack/react-query';
import { api, ApiError, onReach } from './client';

/** A wait of half to the whole of its length: not every browser asks again in the same moment. */
const spread = (milliseconds: number) => milliseconds * (0.5 + Math.random() / 2);

/** What the product reads with. */
export const newQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      // Ask even when the browser thinks it is offline: the answer, not its guess, says whether the server is there.
      mutations: { networkMode: 'always' },
      queries: {
        networkMode: 'always',
        staleTime: 10_000,
        refetchOnWindowFocus: false,
        // What the server answered is an answer; only a broken line is worth a second try.
        retry: (failures, error) => failures < 2 && isUnreachable(error),
        retryDelay: (failures) => spread(2_000 * 2 ** failures),
      },
    },
  });

export const isUnreachable = (error: unknown) => error instanceof ApiError && error.unreachable;

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 30_000;
/** So many answers in a row, so far apart, are a server that is there: one that is half away answers now and then. */
const IN_A_ROW = 3;
const BETWEEN = 1_000;
/** An outage after so long is another one; one before goes on, with its long waits. */
const CALM = 60_000;

/** Asks a server that is away until it is back. Each wait is twice as long as the one before it. */
export class Patience {
  private wait = FIRST_WAIT;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = 0;
  private answered = 0;

  /** Call `back` once the server has answered several times in a row; what is returned ends the asking. */
  until(back: () => void): () => void {
    clearTimeout(this.timer);
    this.answered = 0;
    this.later(back);
    const unlisten = onReach((reachable) => {
      if (!reachable) this.answered = 0; // whatever else was asked meanwhile
    });
    return () => {
      this.asking += 1;
      unlisten();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => (this.wait = FIRST_WAIT), CALM);
    };
  }

  /** Ask at once; `back` is called as it would have been later. */
  async ask(back: () => void): Promise<void> {
    clearTimeout(this.timer);
    this.asking += 1;
    const own = this.asking;
    const there = await api.get('/session').then(
      () => true,
      (error: unknown) => !isUnreachable(error),
    );
    if (own !== this.asking) return; // ended, or asked again meanwhile
    this.answered = there ? this.answered + 1 : 0;
    if (this.answered >= IN_A_ROW) back();
    else if (there) this.timer = setTimeout(() => void this.ask(back), BETWEEN);
    else this.later(back);
  }

  private later(back: () => void): void {
    this.timer = setTimeout(() => void this.ask(back), spread(this.wait));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }
}
