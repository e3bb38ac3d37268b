/** The places of a list while it is shown: which of them are followed, and what they are called. */
import { useState } from 'react';
import { useRecord } from '../../api/hooks';
import type { ObjectMeta } from '../../api';
import { useText } from '../../kit/i18n';
import { usePlaceName } from '../../kit/PlaceChip';
import type { Given } from './given';
import { placesIn, type LostPlace, type PlaceKind } from './places';

/** The places of an address; one that the server refuses stands in it no longer, and is kept to be told. */
export function usePlaces(search: URLSearchParams, meta: ObjectMeta) {
  const [refused, setRefused] = useState<LostPlace[]>([]);
  const kinds = refused.map(({ kind }) => kind);
  const { parent, belong } = placesIn(search, meta, kinds);
  const refuse = (kind: PlaceKind) =>
    setRefused((before) => [
      ...before.filter((one) => one.kind !== kind),
      ...placesIn(search, meta, [kind]).lost.filter((one) => one.kind === kind),
    ]);
  return { places: { parent, belong }, refused, refuse };
}

/** Who serves the records of a list, by name and number; '' is nobody. */
export function useServedName(number: string): string {
  const { t } = useText();
  const name = usePlaceName('user', number);
  return number === '' ? t('list.servedByNobody') : name === number ? number : `${name} ${number}`;
}

export function useParentName({ object, uid }: Given): string {
  return useRecord(object, uid).data?.display ?? '…';
}
