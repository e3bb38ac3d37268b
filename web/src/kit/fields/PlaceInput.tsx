import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client';
import { useDebounced } from '../hooks';
import { useText } from '../i18n';
import { EarlyEnter } from './EarlyEnter';
import type { EditProps } from './kind';
import type { Picked } from './RecordPicker';

type Offer = Picked & { code: string };

/** Choose an org unit or a user by a few characters of name or code. */
export function PlaceInput({ field, testId, value, onChange, id }: EditProps) {
  const { t } = useText();
  const [q, setQ] = useState('');
  const [open, setOpen] = useState(false);
  const settled = useDebounced(q.trim(), 250);
  const found = useQuery({
    queryKey: ['places', field.target, settled],
    queryFn: ({ signal }) =>
      api.get('/meta/places/{place}', { path: { place: field.target ?? '' }, query: { q: settled }, signal }),
  });
  // What was found for an earlier text is never offered for the one that stands there now.
  const isReady = settled === q.trim() && found.isSuccess;
  const offers = isReady ? found.data : [];
  const takeFirst = () => {
    const first = offers[0];
    setOpen(false);
    setQ('');
    if (first) onChange?.({ value: first.uid, label: first.display });
  };
  return (
    <EarlyEnter q={q.trim()} isReady={isReady} onTake={takeFirst}>
      <Select<Picked, Offer>
        id={id}
        labelInValue
        allowClear
        open={open}
        onOpenChange={setOpen}
        showSearch={{ filterOption: false, onSearch: setQ, searchValue: q }}
        loading={found.isFetching || settled !== q.trim()}
        value={value as Picked | undefined}
        onChange={(next) => onChange?.(next)}
        options={offers.map((place) => ({ value: place.uid, label: place.display, code: place.key }))}
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
    </EarlyEnter>
  );
}
