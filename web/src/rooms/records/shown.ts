import type { FieldMeta, ObjectMeta, Sort } from '../../api';
import { isPersonal, unreadIn } from '../../kit/address';
import { partsIn, rowIn, rowText } from '../../kit/condition/link';
import type { Row } from '../../kit/condition/model';
import { askedOf } from '../../kit/fields/asked';
import { fieldTerms } from '../../kit/condition/vocabulary';
import { parentIn } from './given';
import { canGroup, listedFields } from './listed';
import { placesIn, type LostPlace, type Places } from './places';

/** What a list shows, as its address says; without columns of its own it has those of the viewer. */
export type Shown = {
  refinement: string | undefined;
  rows: Row[];
  q: string;
  /** The orders, the first of which counts most. */
  sort: Sort[];
  columns: string[] | null;
  /** By which field rows stand together, and the groups that are closed. */
  group: string | null;
  closed: string[];
  /** The page, as the server marks it for this reader and this list; without one the first. */
  cursor: string | undefined;
};

/** Read an address; of what it says only what the object has counts. */
export function shownIn(search: URLSearchParams, meta: ObjectMeta): Shown {
  const terms = fieldTerms(meta.fields);
  const known = new Set(listedFields(meta).map((field) => field.key));
  const tab = search.get('tab');
  const columns =
    search
      .get('columns')
      ?.split(',')
      .filter((key) => known.has(key)) ?? [];
  const group = search.get('group');
  const grouped = listedFields(meta).some((field) => field.key === group && canGroup(field));
  return {
    refinement: tab !== null && meta.list.tabs.includes(tab) ? tab : meta.list.tabs[0],
    rows: search.getAll('where').flatMap((text) => rowIn(text, terms)?.row ?? []),
    q: search.get('q') ?? '',
    sort: sortsIn(search.get('sort'), meta) ?? usualSort(meta),
    columns: columns.length > 0 ? columns : null,
    group: grouped ? group : null,
    closed: grouped ? search.getAll('closed') : [],
    cursor: search.get('cursor') || undefined,
  };
}

const usualSort = (meta: ObjectMeta): Sort[] => (meta.list.sort ? [meta.list.sort] : []);

function sortsIn(text: string | null, meta: ObjectMeta): Sort[] | null {
  const found = (text ?? '').split(',').flatMap((one) => sortIn(one, meta) ?? []);
  return found.length > 0 ? found : null;
}

/**
 * `total_asset.desc`: the way stands after the last dot. An order that this reader may have: one who sees a field masked
 * may not learn it from the order of the rows.
 */
function sortIn(text: string, meta: ObjectMeta): Sort | null {
  const dot = text.lastIndexOf('.');
  const [field, direction] = [text.slice(0, Math.max(dot, 0)), text.slice(dot + 1)];
  const may = listedFields(meta).some((one) => one.key === field && mayOrder(one));
  return may && (direction === 'asc' || direction === 'desc') ? { field, direction } : null;
}

export const mayOrder = (field: FieldMeta) => field.sortable && !field.masked && !field.refused;

/**
 * A condition of an address that its list cannot follow, as it is said there: for it is no condition of a list, or of this
 * one (`unknown`), this reader may not ask about its field (`closed`), or the field has no such options (`options`).
 */
export type Lost = { text: string; why: 'unknown' | 'closed' | 'options' } & Partial<
  NonNullable<ReturnType<typeof partsIn>>
>;

/**
 * What an address says and its list cannot follow: conditions and places, which would narrow it, a tab, how many ways to
 * show it, and whatever is no part of such an address.
 */
export type Unfollowed = { conditions: Lost[]; places: LostPlace[]; tab: string; ways: number; unread: string[] };

export function droppedIn(search: URLSearchParams, meta: ObjectMeta): Unfollowed {
  const { refinement, columns, group } = shownIn(search, meta);
  const said = (name: string) => search.get(name) ?? '';
  const parts = (name: string) => said(name).split(',').filter(Boolean).length;
  const sorts = sortsIn(search.get('sort'), meta) ?? [];
  const tab = said('tab') === refinement ? '' : said('tab');
  const shown = parts('columns') - (columns?.length ?? 0) + parts('sort') - sorts.length;
  return {
    conditions: lostIn(search, meta),
    places: placesIn(search, meta).lost,
    tab,
    ways: shown + (said('group') && !group ? 1 : 0),
    unread: unreadOf(search, meta),
  };
}

const ONCE = ['tab', 'q', 'sort', 'columns', 'group', 'cursor', 'unit', 'below', 'served'];
/** Links of before the mark of a page knew its number say it. */
const EARLIER = 'from';

function unreadOf(search: URLSearchParams, meta: ObjectMeta): string[] {
  const parent = parentIn(search, meta.fields);
  const unread = unreadIn(search, [...ONCE, EARLIER, ...(parent ? [parent.key] : [])], ['where', 'closed']);
  const below = search.get('below');
  return below === null || below === '0' || below === '1' ? unread : [...unread, `below=${below}`];
}

function lostIn(search: URLSearchParams, meta: ObjectMeta): Lost[] {
  const terms = fieldTerms(meta.fields);
  return search.getAll('where').flatMap((text): Lost[] => {
    const read = rowIn(text, terms);
    const parts = partsIn(text);
    if (read) return read.unknown.length > 0 ? [{ text, ...parts, values: read.unknown, why: 'options' }] : [];
    const isClosed = meta.fields.some(({ key, masked, refused }) => key === parts?.field && (masked || refused));
    return [{ text, ...parts, why: isClosed ? 'closed' : 'unknown' }];
  });
}

/**
 * The address of what is shown of the records of some places. What is as usual is not said, but for the tab as soon as
 * anything is: which tab is the usual one differs from reader to reader.
 */
export function addressOf(shown: Shown, meta: ObjectMeta, { parent, belong }: Places): URLSearchParams {
  const places = new URLSearchParams(parent ? [[parent.key, parent.uid]] : []);
  if (belong.unit) places.set('unit', belong.unit.code);
  if (belong.unit?.below === false) places.set('below', '0');
  if (belong.served_by !== undefined) places.set('served', belong.served_by);
  const ways = waysOf(shown, meta);
  const { refinement } = shown;
  const isUsual = refinement === meta.list.tabs[0] && places.size + ways.size === 0;
  const tab: string[][] = refinement === undefined || isUsual ? [] : [['tab', refinement]];
  return new URLSearchParams([...places, ...tab, ...ways]);
}

function waysOf(shown: Shown, meta: ObjectMeta): URLSearchParams {
  const address = new URLSearchParams();
  const say = (name: string, value: string | undefined, usual?: string) =>
    value && value !== usual && address.set(name, value);
  const { typeOf } = fieldTerms(meta.fields);
  const mayStand = ({ field, values }: Row) => askedOf(typeOf(field)).editor !== 'line' || !values.some(isPersonal);
  for (const text of shown.rows.filter(mayStand).flatMap(rowText)) address.append('where', text);
  say('q', isPersonal(shown.q) ? undefined : shown.q.trim());
  say('sort', sortText(shown.sort), sortText(usualSort(meta)));
  say('columns', shown.columns?.join(','), meta.list.columns.join(','));
  say('group', shown.group ?? undefined);
  if (shown.group) for (const closed of shown.closed) address.append('closed', closed);
  say('cursor', shown.cursor);
  return address;
}

export const sortText = (sort: Sort[]) => sort.map(({ field, direction }) => `${field}.${direction}`).join(',');
