/** The way back of a form stands in its address, so that it holds when the page is loaded again. */

/** The address of a form that leads back to `from` when it is saved or left. */
export function leadingBack(path: string, from: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}back=${encodeURIComponent(from)}`;
}

/** Where an address leads back to: a page of this site, or nowhere. */
export function wayBack(search: URLSearchParams): string | null {
  const back = search.get('back') ?? '';
  return /^\/(?![/\\])/.test(back) ? back : null;
}
