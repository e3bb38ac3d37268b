import { Input, Select, type RefSelectProps } from 'antd';
import { useMemo, useRef, useState } from 'react';
import { useText } from '../i18n';
import { DayInput } from '../DayInput';
import { askedOf } from '../fields/asked';
import { notNumber, notWhole, PERCENT } from '../fields/Numbers';
import { useLateFocus } from '../hooks';
import { NumberInput } from '../NumberInput';
import { operatorsOf, valueCount, type Row, type RowOp } from './model';
import { inputScale, isMoney, opText, type Entry, type Terms } from './vocabulary';

type PickerProps = { terms: Terms; value?: string; onPick: (entry: Entry) => void; autoFocus?: boolean };

const KINDS = ['indicator', 'field', 'tag'] as const;

/** Choose what a condition speaks about, by group and by typing. */
export function FieldPicker({ terms, value, onPick, autoFocus }: PickerProps) {
  const { t, label } = useText();
  const options = useMemo(
    () =>
      KINDS.map((kind) => ({
        label: t(`condition.kind.${kind}`),
        title: kind,
        options: [...terms.entries.values()]
          .filter((entry) => entry.kind === kind)
          .map((entry) => ({
            value: entry.key,
            label: label(entry.labels),
            title: entry.description ?? label(entry.labels),
          })),
      })).filter((group) => group.options.length > 0),
    [terms, t, label],
  );
  const select = useRef<RefSelectProps>(null);
  const [open, setOpen] = useState(false);
  const start = () => {
    select.current?.focus();
    setOpen(true);
  };
  useLateFocus(autoFocus ? start : undefined);
  return (
    <Select
      ref={select}
      showSearch={{ optionFilterProp: 'label' }}
      open={open}
      onOpenChange={setOpen}
      value={value}
      placeholder={t('condition.pickField')}
      options={options}
      popupMatchSelectWidth={260}
      style={{ minWidth: 168 }}
      onChange={(key: string) => {
        const entry = terms.entries.get(key);
        if (entry) onPick(entry);
      }}
      aria-label={t('condition.pickField')}
      data-testid="condition-field"
    />
  );
}

type RowProps = { row: Row; terms: Terms; onChange: (row: Row) => void };

export function OperatorSelect({ row, terms, onChange }: RowProps) {
  const { t } = useText();
  const type = terms.typeOf(row.field);
  const change = (op: RowOp) => {
    const keep = valueCount(op) === valueCount(row.op) || (valueCount(op) === 1 && valueCount(row.op) === 2);
    // What was said of no value was said of the test as it was.
    onChange({ ...row, op, values: keep ? row.values : [], blank: undefined });
  };
  return (
    <Select
      value={row.op}
      onChange={change}
      popupMatchSelectWidth={false}
      showSearch={false}
      options={operatorsOf(type, row.op).map((op) => ({ value: op, label: opText(op, type, t) }))}
      style={{ minWidth: 84 }}
      aria-label={t('condition.operator')}
      data-testid="condition-operator"
    />
  );
}

export function ValueEditor({ row, terms, onChange }: RowProps) {
  const { t } = useText();
  const entry = terms.entries.get(row.field);
  const wanted = valueCount(row.op);
  const set = (index: number, value: string) => {
    const values = [...row.values];
    values[index] = value;
    onChange({ ...row, values: Array.from(values, (item) => item ?? '') });
  };
  if (wanted === 0) return null;
  if (wanted === 'many') return <ManyValues row={row} entry={entry} onChange={onChange} />;
  const single = (index: number) => (
    <OneValue key={index} entry={entry} value={row.values[index] ?? ''} onChange={(value) => set(index, value)} />
  );
  if (wanted === 1) return single(0);
  return (
    <span className="row gap-4">
      {single(0)} <span className="ink-3">{t('condition.to')}</span> {single(1)}
    </span>
  );
}

function useOptions(entry: Entry | undefined) {
  const { label } = useText();
  return (entry?.options ?? []).map((option) => ({ value: option.key, label: label(option.labels) || option.key }));
}

function ManyValues({ row, entry, onChange }: { row: Row; entry: Entry | undefined; onChange: (row: Row) => void }) {
  const { t } = useText();
  const options = useOptions(entry);
  return (
    <Select
      mode={options.length > 0 ? 'multiple' : 'tags'}
      value={row.values}
      onChange={(values: string[]) => onChange({ ...row, values })}
      options={options}
      placeholder={t('common.select')}
      style={{ minWidth: 150, maxWidth: 360 }}
      popupMatchSelectWidth={false}
      aria-label={t('condition.value')}
      data-testid="condition-value"
    />
  );
}

type OneProps = { entry: Entry | undefined; value: string; onChange: (value: string) => void };

function OneValue({ entry, value, onChange }: OneProps) {
  const { t } = useText();
  const options = useOptions(entry);
  const common = { 'data-testid': 'condition-value', 'aria-label': t('condition.value') };
  const { editor, whole } = askedOf(entry?.type);
  if (editor === 'yesNo') {
    const yesNo = [
      { value: 'true', label: t('common.yes') },
      { value: 'false', label: t('common.no') },
    ];
    return (
      <Select
        {...common}
        value={value || undefined}
        options={yesNo}
        onChange={onChange}
        placeholder={t('common.select')}
        showSearch={false}
        style={{ minWidth: 70 }}
      />
    );
  }
  if (options.length > 0) {
    return (
      <Select
        {...common}
        value={value || undefined}
        options={options}
        onChange={onChange}
        placeholder={t('common.select')}
        style={{ minWidth: 110 }}
      />
    );
  }
  if (editor === 'day') {
    return <DayInput {...common} value={value} onChange={(day) => onChange(day ?? '')} allowClear={false} />;
  }
  if (editor === 'number') return <ScaledNumber entry={entry} value={value} onChange={onChange} whole={whole} />;
  return <Input {...common} value={value} onChange={(event) => onChange(event.target.value)} style={{ width: 150 }} />;
}

/** A number in the unit that it is typed in. What is none stays in the field, which says so; the row is not complete. */
function ScaledNumber({ entry, value, onChange, whole = false }: OneProps & { whole?: boolean }) {
  const { t, lang } = useText();
  const [refused, setRefused] = useState('');
  const { factor, unit } = inputScale(entry, lang);
  const fault = refused === '' ? null : (whole ? notWhole : notNumber)(refused);
  const take = (given: string) => {
    const wrong = given !== '' && (whole ? notWhole : notNumber)(given) !== null;
    setRefused(wrong ? given : '');
    onChange(wrong ? '' : given);
  };
  return (
    <span className="stack">
      <NumberInput
        aria-label={t('condition.value')}
        data-testid="condition-value"
        typing={{ places: Math.round(Math.log10(factor)), percent: entry?.unit === PERCENT, money: isMoney(entry) }}
        value={refused || value}
        onChange={take}
        wrong={fault !== null}
        suffix={unit}
        style={{ width: 110 }}
      />
      {fault && (
        <span className="small tone-late" role="alert">
          {t(fault)}
        </span>
      )}
    </span>
  );
}
