import type { PageAnswer } from '../../api';
import type { Crumb } from '../../kit/Page';

/** The desk and the units that lead to the one it is looked at for; the first of several is what the desk itself shows. */
export function wayTo(answer: Pick<PageAnswer, 'title' | 'trail'> | undefined, home: string): Crumb[] {
  const trail = answer?.trail ?? [];
  const below = trail.length > 1 ? trail.slice(1) : trail;
  return [
    { title: answer?.title || home, path: below.length > 0 ? '/' : undefined },
    ...below.map(({ code, name }, index) => ({
      title: name,
      path: index < below.length - 1 ? `/?unit=${encodeURIComponent(code)}` : undefined,
    })),
  ];
}
