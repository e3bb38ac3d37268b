import type { FieldMeta, ObjectMeta, Sort } from '../../api';
import { partsIn, rowIn, rowText } from '../../kit/condition/link';
import type { Row } from '../../kit/condition/model';
import { fieldTerms } from '../../kit/condition/vocabulary';
import { parentIn } from './given';
import { listedFields } from './listed';

export type Place = { cursor?: string; from: number };

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
  place: Place;
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
  const grouped = group !== null && known.has(group);
  const from = Number(search.get('from'));
  const cursor = search.get('cursor');
  return {
    refinement: tab !== null && meta.list.tabs.includes(tab) ? tab : meta.list.tabs[0],
    rows: search.getAll('where').flatMap((text) => rowIn(text, terms)?.row ?? []),
    q: search.get('q') ?? '',
    sort: sortsIn(search.get('sort'), meta) ?? usualSort(meta),
    columns: columns.length > 0 ? columns : null,
    group: grouped ? group : null,
    closed: grouped ? search.getAll('closed') : [],
    place: cursor && Number.isInteger(from) && from > 1 ? { cursor, from } : { from: 1 },
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

/** What an address says and its list cannot follow: conditions, which would narrow it, and how many ways to show it. */
export function droppedIn(search: URLSearchParams, meta: ObjectMeta): { conditions: Lost[]; ways: number } {
  const { refinement, columns, group } = shownIn(search, meta);
  const said = (name: string) => search.get(name) ?? '';
  const parts = (name: string) => said(name).split(',').filter(Boolean).length;
  const sorts = sortsIn(search.get('sort'), meta) ?? [];
  const tab = said('tab') !== '' && said('tab') !== refinement ? 1 : 0;
  const shown = parts('columns') - (columns?.length ?? 0) + parts('sort') - sorts.length;
  return { conditions: lostIn(search, meta), ways: shown + (said('group') && !group ? 1 : 0) + tab };
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

/** Where the records of a list belong, as a desk leads to it: their unit, what is below it, and who serves them. */
const PLACE = ['unit', 'below', 'served'];

/** The address of what is shown; what is as usual is not said, whose records they are stays, and nothing else of it. */
export function addressOf(shown: Shown, meta: ObjectMeta, before: URLSearchParams): URLSearchParams {
  const parent = parentIn(before, meta.fields);
  const address = new URLSearchParams(parent ? [[parent.key, parent.uid]] : []);
  for (const name of PLACE) for (const value of before.getAll(name)) address.append(name, value);
  const say = (name: string, value: string | undefined, usual?: string) =>
    value && value !== usual && address.set(name, value);
  say('tab', shown.refinement, meta.list.tabs[0]);
  for (const text of shown.rows.flatMap(rowText)) address.append('where', text);
  say('q', isNumber(shown.q) ? undefined : shown.q.trim());
  say('sort', sortText(shown.sort), sortText(usualSort(meta)));
  say('columns', shown.columns?.join(','), meta.list.columns.join(','));
  say('group', shown.group ?? undefined);
  if (shown.group) for (const closed of shown.closed) address.append('closed', closed);
  if (shown.place.cursor) {
    address.set('cursor', shown.place.cursor);
    address.set('from', String(shown.place.from));
  }
  return address;
}

/** A number of a person or an account: it would stand in the history of the browser and in every link that is passed on. */
const isNumber = (q: string) => q.replaceAll(/\D/g, '').length >= 6;

export const sortText = (sort: Sort[]) => sort.map(({ field, direction }) => `${field}.${direction}`).join(',');
