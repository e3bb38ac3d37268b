import { useQuery } from '@tanstack/react-query';
import { Checkbox, Input, Select, type RefSelectProps } from 'antd';
import { useRef, useState } from 'react';
import { api } from '../../api/client';
import { useObjectMeta } from '../../api/hooks';
import type { FieldMeta, RecordPage } from '../../api';
import { useText } from '../../app/i18n';
import { DayInput } from '../../kit/DayInput';
import { useDebounced, useLateFocus } from '../../kit/hooks';
import { NumberInput } from '../../kit/NumberInput';
import { factsOf, tellingColumns } from './telling';

type Props = { field: FieldMeta; testId: string; value?: unknown; onChange?: (value: unknown) => void; checked?: boolean; id?: string };

/** The control for a field by its type. Form.Item gives it its value. */
export function FieldInput({ field, testId, value, onChange, checked, id }: Props) {
  const { t, label } = useText();
  const common = { id, 'data-testid': testId };
  const options = field.options.map((option) => ({ value: option.key, label: label(option.labels) }));
  switch (field.type) {
    case 'boolean':
      return <Checkbox {...common} checked={checked} onChange={(event) => onChange?.(event.target.checked)} />;
    case 'choice':
    case 'multi_choice':
    case 'tag':
      return <Select {...common} mode={field.type === 'choice' ? undefined : 'multiple'} allowClear value={value} onChange={onChange} options={options} placeholder={t('common.select')} />;
    case 'date':
    case 'datetime':
      return <DayInput {...common} kind={field.type} value={value as string | undefined} onChange={(day) => onChange?.(day)} style={{ width: '100%' }} />;
    case 'integer':
    case 'decimal':
    case 'money':
    case 'percent':
      return <NumberInput<string> {...common} stringMode controls={false} value={value as string} onChange={onChange} style={{ width: '100%' }} />;
    case 'reference':
      return <ReferenceInput field={field} testId={testId} value={value} onChange={onChange} id={id} />;
    case 'long_text':
      return <Input.TextArea {...common} rows={4} value={value as string} onChange={(event) => onChange?.(event.target.value)} />;
    default:
      return <Input {...common} value={value as string} onChange={(event) => onChange?.(event.target.value)} />;
  }
}

export type Picked = { value: string; label: string };
type PickOption = Picked & { facts: string };

/** Choose a record of another object by a few characters of its name. */
function ReferenceInput({ field, testId, value, onChange, id }: Props) {
  return <RecordPicker object={field.target ?? ''} testId={testId} value={value as Picked | undefined} onChange={onChange} id={id} />;
}

type PickerProps = { object: string; testId: string; value?: Picked; onChange?: (value: Picked | undefined) => void; id?: string; autoFocus?: boolean };

export function RecordPicker({ object, testId, value, onChange, id, autoFocus }: PickerProps) {
  const { t } = useText();
  const [q, setQ] = useState('');
  const settled = useDebounced(q.trim(), 250);
  const select = useRef<RefSelectProps>(null);
  useLateFocus(autoFocus ? () => select.current?.focus() : undefined);
  const meta = useObjectMeta(object);
  const columns = meta.data && tellingColumns(meta.data);
  const found = useQuery({
    queryKey: ['pick', object, settled, columns],
    queryFn: ({ signal }) => api.post<RecordPage>(`/objects/${object}/query`, { q: settled || undefined, limit: 20, columns }, signal),
    enabled: object !== '' && !meta.isPending,
  });
  const options = (found.data?.rows ?? []).map((row) => ({ value: row.uid, label: row.display, facts: factsOf(row, columns ?? []) }));
  return (
    <Select<Picked, PickOption>
      ref={select}
      id={id}
      labelInValue
      allowClear
      showSearch={{ filterOption: false, onSearch: setQ, searchValue: q }}
      loading={found.isFetching}
      value={value}
      onChange={(next) => onChange?.(next)}
      options={options}
      optionRender={({ data }) => <>{data.label} <span className="small ink-3">{data.facts}</span></>}
      popupMatchSelectWidth={false}
      placeholder={t('record.refSearch')}
      style={{ width: '100%' }}
      data-testid={testId}
    />
  );
}
