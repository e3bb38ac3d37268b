import { unreadIn, useKeptShown } from '../../kit/address';
import { unitIn, type InUnit } from '../../kit/PlaceChip';

export type View = 'open' | 'free' | 'asked' | 'done';
export type Shown = {
  view: View;
  kind: string;
  assignee: string;
  sort: 'urgent' | 'newest';
  mine: boolean;
  overdue: boolean;
  /** What nobody has yet, whoever may take it. */
  nobody: boolean;
  unit?: InUnit;
};

const VIEWS: View[] = ['open', 'free', 'asked', 'done'];
const isView = (text: string | null): text is View => VIEWS.some((view) => view === text);

/** What the list shows, as its address says. */
export function shownIn(search: URLSearchParams): Shown {
  const view = search.get('view');
  return {
    view: isView(view) ? view : 'open',
    kind: search.get('kind') ?? '',
    assignee: search.get('assignee') ?? '',
    sort: search.get('sort') === 'newest' ? 'newest' : 'urgent',
    mine: search.has('mine'),
    overdue: search.has('overdue'),
    nobody: search.has('nobody'),
    unit: unitIn(search),
  };
}

const ONCE = ['view', 'kind', 'assignee', 'sort', 'mine', 'overdue', 'nobody', 'unit', 'below', 'about', 'back'];
const OF: Record<string, (value: string) => boolean> = {
  view: isView,
  sort: (value) => value === 'urgent' || value === 'newest',
  below: (value) => value === '0' || value === '1',
};

/** What an address says and the list does not follow: no part of one, or a value that there is not. */
export function droppedIn(search: URLSearchParams): string[] {
  const wrong = Object.entries(OF).flatMap(([name, holds]) => {
    const value = search.get(name);
    return value === null || holds(value) ? [] : [`${name}=${value}`];
  });
  return [...unreadIn(search, ONCE), ...wrong];
}

/** Whether a list may be that of one person's work: not what nobody has yet. */
export const hasAssignee = (view: View) => view !== 'free';

/** The address of a list; what is as usual is not said. Another tab begins without the filters that only the open one has. */
export function searchOf({ view, kind, assignee, sort, mine, overdue, nobody, unit }: Shown): Record<string, string> {
  const open = view === 'open';
  return {
    ...(open ? {} : { view }),
    ...(kind ? { kind } : {}),
    ...(assignee && hasAssignee(view) ? { assignee } : {}),
    ...(open && sort === 'newest' ? { sort } : {}),
    ...(open && mine ? { mine: '1' } : {}),
    ...(open && overdue ? { overdue: '1' } : {}),
    ...(open && nobody ? { nobody: '1' } : {}),
    ...(unit ? { unit: unit.code } : {}),
    ...(unit && !unit.below ? { below: '0' } : {}),
  };
}

export type About = { object: string; uid: string };

/** The record that a new task is about, where the address says one. */
export function aboutIn(search: URLSearchParams): About | null {
  const [object, uid] = (search.get('about') ?? '').split(':');
  return object && uid ? { object, uid } : null;
}

/** What the server is asked for; what one asked for is looked for when it is decided, too. */
export function asked({ view, kind, assignee, sort, mine, overdue, nobody, unit }: Shown) {
  const state = ({ open: 'open', free: 'open', asked: 'any', done: 'done' } as const)[view];
  const whose =
    view === 'free'
      ? ('free' as const)
      : view === 'asked'
        ? ('asked' as const)
        : mine
          ? ('mine' as const)
          : nobody
            ? ('nobody' as const)
            : ('all' as const);
  return { state, whose, kind, assignee, newest: sort === 'newest', overdue, unit: unit?.code, below: unit?.below };
}

export const useShown = () => useKeptShown(shownIn, searchOf);
