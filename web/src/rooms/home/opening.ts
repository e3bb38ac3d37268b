import type { Me } from '../../api';

/** What `/` opens: the desk of the role, else the first entry of the menu that its holder may read. */
export type Opening = { page: string } | { path: string } | null;

export function opening({ home, menu, operations }: Pick<Me, 'home' | 'menu' | 'operations'>): Opening {
  if (home) return { page: home.startsWith('home_') ? home : `home_${home}` };
  const first = menu.find((entry) => entry.path !== '/' && operations.includes(`${entry.key}.read`));
  return first ? { path: first.path } : null;
}
