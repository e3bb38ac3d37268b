/** The way back of a form stands in its address, so that it holds when the page is loaded again. */

/** The address of a form that leads back to `from` when it is saved or left. */
export function leadingBack(path: string, from: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}back=${encodeURIComponent(from)}`;
}

const HERE = 'https://here.invalid';

/** Where an address leads back to: a page of this site, or nowhere. Read as a browser reads it, which drops tabs and line ends. */
export function wayBack(search: URLSearchParams): string | null {
  const back = search.get('back') ?? '';
  if (!back.startsWith('/') || !URL.canParse(back, HERE)) return null;
  const { origin, pathname, search: asked, hash } = new URL(back, HERE);
  return origin === HERE && !pathname.startsWith('//') ? pathname + asked + hash : null;
}
