import type { Post } from '../../api';

const same = (one: Post, other: Post) =>
  one.role === other.role &&
  one.unit === other.unit &&
  one.valid_from === other.valid_from &&
  one.valid_to === other.valid_to;

/** The post of a role in a unit that is not as it was: the one just given, or the one just ended. */
export function changedPost(
  before: Post[],
  after: Post[],
  { role, unit }: Pick<Post, 'role' | 'unit'>,
): Post | undefined {
  return after.find((post) => post.role === role && post.unit === unit && !before.some((known) => same(known, post)));
}
