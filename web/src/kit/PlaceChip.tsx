import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'react-router';
import { api } from '../api/client';
import { useText } from './i18n';
import { Icon } from './Icon';

/** Where in the firm the rows of a list belong: a unit by its code with all below it or alone; '' is no unit. */
export type InUnit = { code: string; below: boolean };

/** `?unit=B001`, `?unit=HQ&below=0`, `?unit=`. */
export function unitIn(search: URLSearchParams): InUnit | undefined {
  const code = search.get('unit');
  return code === null ? undefined : { code, below: search.get('below') !== '0' };
}

/** What the people or units of a code are called; the code, where nobody says. */
export function usePlaceName(place: 'unit' | 'user', code: string): string {
  const found = useQuery({
    queryKey: ['places', place, code],
    queryFn: ({ signal }) => api.get('/meta/places/{place}', { path: { place }, query: { q: code }, signal }),
    enabled: code !== '',
    retry: false,
    staleTime: 300_000,
  });
  return found.data?.find((one) => one.key === code)?.display ?? code;
}

type Props = { title: string; value: ReactNode; drops: string[]; testId: string };

/** The address of a list without some of its names. */
export function useWithout(drops: string[]): { pathname: string; search: string } {
  const { pathname, search } = useLocation();
  const rest = new URLSearchParams(search);
  // The page of rows that is shown is one of the narrower list.
  for (const name of [...drops, 'cursor']) rest.delete(name);
  return { pathname, search: rest.toString() };
}

/** A part of an address that narrows a list; taken away, its names are said no longer. */
export function PlaceChip({ title, value, drops, testId }: Props) {
  const { t } = useText();
  const without = useWithout(drops);
  return (
    <span className="chip" data-testid={testId}>
      <span className="chip-text row gap-4">
        {title} <b>{value}</b>
      </span>
      <Link className="chip-x row" to={without} aria-label={t('common.remove')}>
        <Icon name="close" size={12} />
      </Link>
    </span>
  );
}

/** The names of an address that say a unit. */
export const UNIT = ['unit', 'below'];

/** A unit as it is said: its name, alone where what is below it does not count. */
export function useUnitName({ code, below }: InUnit): string {
  const { t } = useText();
  const name = usePlaceName('unit', code);
  return code === '' ? t('place.none') : below ? name : t('place.alone', { name });
}

export function UnitChip({ unit }: { unit: InUnit }) {
  const { t } = useText();
  return <PlaceChip title={t('place.unit')} value={useUnitName(unit)} drops={UNIT} testId="unit-chip" />;
}
