import { Input, Select, type RefSelectProps } from 'antd';
import { useMemo, useRef, useState } from 'react';
import { useText } from '../i18n';
import { DayInput } from '../DayInput';
import { areTurned, askedOf } from '../fields/asked';
import { notNumber, notPercent, notWhole } from '../fields/Numbers';
import { typingOf } from '../fields/typing';
import { useLateFocus } from '../hooks';
import { NumberInput } from '../NumberInput';
import { closestFirst } from './closest';
import { operatorsOf, valueCount, type Row, type RowOp } from './model';
import { opText, type Entry, type Terms } from './vocabulary';

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
  useLateFocus(start, autoFocus ?? false);
  return (
    <Select
      ref={select}
      showSearch={{ optionFilterProp: 'label', filterSort: closestFirst }}
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

/** `inForce`: the condition is asked while it is edited, and keeps its values until there are new ones. */
type ValueProps = RowProps & { inForce?: boolean };

export function ValueEditor(props: ValueProps) {
  const { row, terms, onChange, inForce } = props;
  const entry = terms.entries.get(row.field);
  const wanted = valueCount(row.op);
  if (wanted === 0) return null;
  if (wanted === 'many') return <ManyValues row={row} entry={entry} onChange={onChange} />;
  if (wanted === 2) return <Bounds key={`${row.field} ${row.op}`} {...props} />;
  return (
    <OneValue
      entry={entry}
      value={row.values[0] ?? ''}
      onChange={(value) =>
        // Yes and no are opposite tests: what was said of no value was said of one of them.
        onChange({ ...row, values: [value], blank: askedOf(entry?.type).denial === undefined ? row.blank : undefined })
      }
      inForce={inForce}
    />
  );
}

/**
 * A lower and an upper bound. Two that include nothing stay in their boxes, which say so; a condition in force keeps those
 * that it had, another is not complete.
 */
function Bounds({ row, terms, onChange, inForce }: ValueProps) {
  const { t } = useText();
  const entry = terms.entries.get(row.field);
  const [turned, setTurned] = useState<string[] | null>(null);
  const given = turned ?? row.values;
  const areWrong = areTurned(given, entry?.type);
  const set = (index: number, value: string) => {
    const values = [0, 1].map((at) => (at === index ? value : (given[at] ?? '')));
    const wrong = areTurned(values, entry?.type);
    setTurned(wrong ? values : null);
    if (!wrong) onChange({ ...row, values });
    else if (!inForce) onChange({ ...row, values: values.with(index, '') });
  };
  const bound = (index: number) => (
    <OneValue entry={entry} value={given[index] ?? ''} onChange={(value) => set(index, value)} inForce={inForce} />
  );
  return (
    <span className="stack">
      <span className="row gap-4 bounds">
        {bound(0)} <span className="ink-3">{t('condition.and')}</span> {bound(1)}
      </span>
      {areWrong && (
        <span className="small tone-late" role="alert" data-testid="bounds-turned">
          {t(inForce && turned ? 'condition.turnedKept' : 'condition.turned')}
        </span>
      )}
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

type OneProps = {
  entry: Entry | undefined;
  value: string;
  onChange: (value: string) => void;
  inForce?: boolean;
};

function OneValue({ entry, value, onChange, inForce }: OneProps) {
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
  if (editor === 'number') {
    return (
      <ScaledNumber key={entry?.key} entry={entry} value={value} onChange={onChange} whole={whole} inForce={inForce} />
    );
  }
  return <Input {...common} value={value} onChange={(event) => onChange(event.target.value)} style={{ width: 150 }} />;
}

/**
 * A number in the unit that it is typed in. What is none stays in the box, which says so; a condition in force has the
 * number again that it had before, and so has its box once it is left; another is not complete.
 */
function ScaledNumber({ entry, value, onChange, inForce, whole = false }: OneProps & { whole?: boolean }) {
  const { t, lang } = useText();
  const [pending, setPending] = useState<string | null>(null);
  const [dropped, setDropped] = useState('');
  // Before 1万5 is none, 1 and 1万 are numbers: what holds is none of them.
  const before = useRef(value);
  const typing = entry && typingOf(entry, lang);
  const faultIn = typing?.percent ? notPercent : whole ? notWhole : notNumber;
  const fault = pending ? faultIn(pending) : null;
  const take = (given: string) => {
    const good = given !== '' && faultIn(given) === null;
    setPending(good ? null : given);
    setDropped('');
    const next = good ? given : inForce ? before.current : '';
    if (next !== value) onChange(next);
  };
  const settle = () => {
    if (pending === null || value === '') return;
    setDropped(pending);
    setPending(null);
  };
  const told = fault ? t(fault) : dropped && t('number.dropped', { text: dropped });
  return (
    <span className="stack" onFocus={() => (before.current = value)} onBlur={settle}>
      <NumberInput
        aria-label={t('condition.value')}
        data-testid="condition-value"
        typing={typing}
        value={pending ?? value}
        onChange={take}
        wrong={fault !== null}
        style={{ width: 110 }}
      />
      {told && (
        <span className="small tone-late" role="alert">
          {told}
        </span>
      )}
    </span>
  );
}
