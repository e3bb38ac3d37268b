/** Where the records of a list belong, as its address says: what they point at, their unit, who serves them. */
import type { ObjectMeta } from '../../api';
import { ApiError } from '../../api/client';
import { unitIn, type InUnit } from '../../kit/PlaceChip';
import { parentIn, type Given } from './given';

/** Where the records of a list belong: to a unit, to the employee of a number who serves them, to nobody (''). */
export type Belonging = { unit?: InUnit; served_by?: string };
export type Places = { parent: Given | null; belong: Belonging };
export type PlaceKind = 'unit' | 'served_by' | 'of';
/** A place that an address says and the list does not follow; `field` is that of a record which its rows point at. */
export type LostPlace = { kind: PlaceKind; field?: string; value: string };

const UID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** The places of an address, without those that its reader may not ask about and those that the server `refused`. */
export function placesIn(
  search: URLSearchParams,
  meta: ObjectMeta,
  refused: PlaceKind[] = [],
): Places & { lost: LostPlace[] } {
  const parent = parentIn(search, meta.fields);
  const served = search.get('served');
  const unit = unitIn(search);
  const said: LostPlace[] = [
    ...(parent ? [{ kind: 'of' as const, field: parent.key, value: UID.test(parent.uid) ? '' : parent.uid }] : []),
    ...(unit ? [{ kind: 'unit' as const, value: unit.code }] : []),
    ...(served === null ? [] : [{ kind: 'served_by' as const, value: served }]),
  ];
  const mayAsk = ({ kind, field, value }: LostPlace) =>
    kind === 'of'
      ? value === '' && !meta.fields.some((one) => one.key === field && (one.masked || one.refused))
      : meta.list.places.includes(kind);
  const lost = said.filter((place) => refused.includes(place.kind) || !mayAsk(place));
  const has = (kind: PlaceKind) => !lost.some((place) => place.kind === kind);
  return {
    parent: has('of') ? parent : null,
    belong: { unit: has('unit') ? unit : undefined, served_by: has('served_by') ? (served ?? undefined) : undefined },
    lost,
  };
}

/** Which place of a list its server does not know, or not for this reader; none where something else is wrong. */
export function refusedBy(error: unknown, { parent, belong }: Places): PlaceKind | null {
  if (!(error instanceof ApiError)) return null;
  if (belong.unit && error.code === 'organization.unknown_unit') return 'unit';
  return parent && (error.code === 'not_found' || error.code === 'object.unknown_field') ? 'of' : null;
}
