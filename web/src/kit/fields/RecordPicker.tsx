import { useQuery } from '@tanstack/react-query';
import { Select, type RefSelectProps } from 'antd';
import { useRef, useState } from 'react';
import { api } from '../../api/client';
import { useObjectMeta } from '../../api/hooks';
import { useText } from '../i18n';
import { useDebounced, useLateFocus } from '../hooks';
import { EarlyEnter } from './EarlyEnter';
import { factsOf, tellingColumns } from './telling';

export type Picked = { value: string; label: string };
type PickOption = Picked & { facts: string };

type PickerProps = {
  object: string;
  testId: string;
  value?: Picked;
  onChange?: (value: Picked | undefined) => void;
  id?: string;
  autoFocus?: boolean;
};

/** Choose a record of an object by a few characters of its name. */
export function RecordPicker({ object, testId, value, onChange, id, autoFocus }: PickerProps) {
  const { t } = useText();
  const [q, setQ] = useState('');
  const [open, setOpen] = useState(false);
  const settled = useDebounced(q.trim(), 250);
  const select = useRef<RefSelectProps>(null);
  useLateFocus(() => select.current?.focus(), autoFocus ?? false);
  const meta = useObjectMeta(object);
  const columns = meta.data && tellingColumns(meta.data);
  const found = useQuery({
    queryKey: ['pick', object, settled, columns],
    queryFn: ({ signal }) =>
      api.post('/objects/{object}/query', {
        path: { object },
        body: { q: settled || undefined, limit: 20, columns },
        signal,
      }),
    enabled: object !== '' && !meta.isPending,
  });
  // What was found for an earlier text is never offered for the one that stands there now.
  const isReady = settled === q.trim() && found.isSuccess;
  const rows = isReady ? found.data.rows : [];
  const options = rows.map((row) => ({
    value: row.uid,
    label: row.display,
    facts: factsOf(row, columns ?? []),
  }));
  const takeFirst = () => {
    const first = options[0];
    setOpen(false);
    setQ('');
    if (first) onChange?.({ value: first.value, label: first.label });
  };
  return (
    <EarlyEnter q={q.trim()} isReady={isReady} onTake={takeFirst}>
      <Select<Picked, PickOption>
        ref={select}
        id={id}
        aria-label={id ? undefined : t('record.refSearch')}
        labelInValue
        allowClear
        open={open}
        onOpenChange={setOpen}
        showSearch={{ filterOption: false, onSearch: setQ, searchValue: q }}
        loading={found.isFetching || settled !== q.trim()}
        value={value}
        onChange={(next) => onChange?.(next)}
        options={options}
        optionRender={({ data }) => (
          <>
            {data.label} <span className="small ink-3">{data.facts}</span>
          </>
        )}
        popupMatchSelectWidth={false}
        placeholder={t('record.refSearch')}
        style={{ width: '100%' }}
        data-testid={testId}
      />
    </EarlyEnter>
  );
}
