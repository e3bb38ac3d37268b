import type { Post } from '../../api';
import { daysBetween } from '../../kit/clock';

/** Where a term lies on the axis, in parts of its width; one without an end runs on to the edge. */
export type Term = { from: number; to: number; open: boolean };
export type Axis = { years: { year: number; at: number }[]; today: number; terms: Term[] };

/** At most so many years are named, so that the names do not touch. */
const MOST_NAMES = 8;

/** The years from that of the first post to the end of the one after today, or of the last end, and the posts on them. */
export function axisOf(posts: Pick<Post, 'valid_from' | 'valid_to'>[], today: string): Axis {
  const days = [today, ...posts.flatMap((post) => [post.valid_from, post.valid_to ?? today])];
  const years = days.map((day) => Number(day.slice(0, 4)));
  const [first, last] = [Math.min(...years), Math.max(...years) + 1];
  const start = `${first}-01-01`;
  const length = daysBetween(start, `${last}-01-01`);
  const at = (day: string) => Math.min(1, daysBetween(start, day) / length);
  const step = Math.ceil((last - first) / MOST_NAMES);
  const named = Array.from({ length: last - first }, (_, index) => first + index).filter(
    (year) => (year - first) % step === 0,
  );
  return {
    years: named.map((year) => ({ year, at: at(`${year}-01-01`) })),
    today: at(today),
    terms: posts.map((post) => ({
      from: at(post.valid_from),
      to: post.valid_to ? at(post.valid_to) : 1,
      open: post.valid_to === null,
    })),
  };
}
