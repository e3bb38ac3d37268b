import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Value } from '../../api';
import { api } from '../../api/client';
import { useText } from '../i18n';
import { useDebounced } from '../hooks';
import { Clip } from '../marks';
import type { EditProps, ShowProps } from './kind';
import type { Picked } from './RecordPicker';
import { isRef, recordPath } from './values';
import { Words } from './Words';

/** A record by its name, and the way to it; a place that has no page is only named. */
export function Pointed({ field, value, cell, linked }: ShowProps & { linked?: boolean }) {
  if (!isRef(value)) return <Words field={field} value={value} cell={cell} />;
  const display = cell ? <Clip>{value.display}</Clip> : value.display;
  return linked ? <Link to={recordPath(value)}>{display}</Link> : <>{display}</>;
}

export const toPicked = (value: Value): unknown => (isRef(value) ? { value: value.uid, label: value.display } : value);
export const fromPicked = (value: unknown) =>
  typeof value === 'object' && value !== null && 'value' in value ? String(value.value) : String(value);

type Offer = Picked & { code: string };

/** Choose an org unit or a user by a few characters of name or code. */
export function PlaceInput({ field, testId, value, onChange, id }: EditProps) {
  const { t } = useText();
  const [q, setQ] = useState('');
  const settled = useDebounced(q.trim(), 250);
  const found = useQuery({
    queryKey: ['places', field.target, settled],
    queryFn: ({ signal }) =>
      api.get('/meta/places/{place}', { path: { place: field.target ?? '' }, query: { q: settled }, signal }),
  });
  return (
    <Select<Picked, Offer>
      id={id}
      labelInValue
      allowClear
      showSearch={{ filterOption: false, onSearch: setQ, searchValue: q }}
      loading={found.isFetching}
      value={value as Picked | undefined}
      onChange={(next) => onChange?.(next)}
      options={(found.data ?? []).map((place) => ({ value: place.uid, label: place.display, code: place.key }))}
      optionRender={({ data }) => (
        <>
          {data.label} <span className="small ink-3">{data.code}</span>
        </>
      )}
      popupMatchSelectWidth={false}
      placeholder={t('common.select')}
      style={{ width: '100%' }}
      data-testid={testId}
    />
  );
}
