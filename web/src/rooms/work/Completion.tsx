import { useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { useEffect, useState, type MouseEvent } from 'react';
import { api } from '../../api/client';
import type { WorkDetail } from '../../api';
import { useText } from '../../app/i18n';
import { useChange } from '../../kit/change';
import { faultOf, fromForm, kindOf, toForm } from '../../kit/fields';
import { FieldInput } from '../../kit/fields/FieldInput';
import { FailureLine, isStale, useSay } from '../../kit/feedback';
import { useKeys } from '../../kit/hooks';
import { StaleNotice } from '../../kit/StaleNotice';
import { isOvertaken, useWorkChanged, type WorkReport } from './changed';

type Props = { item: WorkDetail; report: WorkReport; onDone: () => void };

/** How a piece of work ends: its result, what its kind asks for, a note. */
export function CompletionForm({ item, report, onDone }: Props) {
  const { t, label } = useText();
  const form = useCompletion(item, report, onDone);
  const digits = Object.fromEntries(item.results.slice(0, 9).map((result, index) => [String(index + 1), () => form.setResult(result.key)]));
  useKeys({ ...digits, 'ctrl+Enter': form.complete });
  return (
    <>
      {form.stale && <StaleNotice error={form.stale} onReload={form.reload} />}
      <section>
        <h3 className="section-title">{t('work.result')} <span className="small ink-3 desk-only">{t('work.keys')}</span></h3>
        <div className="results-choice" role="radiogroup" aria-label={t('work.result')}>
          {item.results.map((result, index) => (
            <button
              key={result.key}
              type="button"
              role="radio"
              aria-checked={form.result === result.key}
              className="plain result-button"
              onClick={() => form.setResult(result.key)}
              data-testid={`result-${result.key}`}
            >
              <kbd className="desk-only">{index + 1}</kbd> {label(result.labels)}
            </button>
          ))}
        </div>
        {form.missing && <p className="small tone-late" role="alert">{t(form.missing)}</p>}
      </section>
      {item.form.length > 0 && <KindForm item={item} values={form.values} onChange={form.setValues} />}
      <section>
        <h3 className="section-title">{t(item.decides ? 'work.opinion' : 'work.note')}</h3>
        <Input.TextArea rows={3} value={form.note} onChange={(event) => form.setNote(event.target.value)} placeholder={t(item.decides ? 'work.opinionPlaceholder' : 'work.notePlaceholder')} data-testid="work-note" />
      </section>
      <FailureLine error={form.failure} />
      <Button type="primary" block loading={form.pending} onClick={onceBy(form.complete)} data-testid="work-complete">
        {t(item.decides ? 'work.decide' : 'work.complete')} <span className="desk-only" style={{ opacity: 0.8 }}>Ctrl Enter</span>
      </Button>
    </>
  );
}

type KindFormProps = { item: WorkDetail; values: Record<string, unknown>; onChange: (values: Record<string, unknown>) => void };

function KindForm({ item, values, onChange }: KindFormProps) {
  const { t, label } = useText();
  return (
    <Form layout="vertical" initialValues={values} onValuesChange={(_changed, all: Record<string, unknown>) => onChange(all)}>
      {item.form.map((field) => (
        <Form.Item
          key={field.key}
          name={field.key}
          label={label(field.labels)}
          extra={field.help ? label(field.help) : undefined}
          required={field.required}
          valuePropName={kindOf(field).property ?? 'value'}
          rules={[{
            validator: (_rule, value) => {
              const fault = faultOf(field, value);
              return fault ? Promise.reject(new Error(t(fault))) : Promise.resolve();
            },
          }]}
        >
          <FieldInput field={field} testId={`input-${field.key}`} />
        </Form.Item>
      ))}
    </Form>
  );
}

/** The second click of a double click is meant for the item before, not for the one that took its place. */
const onceBy = (run: () => void) => (event: MouseEvent) => {
  if (event.detail < 2) run();
};

function useCompletion(item: WorkDetail, report: WorkReport, onDone: () => void) {
  const { t } = useText();
  const client = useQueryClient();
  const say = useSay();
  const changed = useWorkChanged(item.uid);
  const [result, setResult] = useState<string | null>(item.result ?? null);
  const [note, setNote] = useState(item.note ?? '');
  const [values, setValues] = useState<Record<string, unknown>>(() => Object.fromEntries(item.form.map((field) => [field.key, toForm(field, undefined)])));
  const [missing, setMissing] = useState<'work.pickResult' | 'work.reasonNeeded' | null>(null);
  useEffect(() => setMissing(null), [result, note]);
  const mutation = useChange({
    mutationFn: (chosen: string) => {
      const form = Object.fromEntries(item.form.map((field) => [field.key, fromForm(field, values[field.key])]));
      return api.post('/work/{uid}/complete', { path: { uid: item.uid }, body: { result: chosen, note, form, revision: item.revision } });
    },
    onSuccess: (done) => {
      say(t(item.decides ? 'work.decided' : 'work.completed'));
      onDone();
      client.setQueryData(['work-item', item.uid], done);
      changed();
    },
    // The form that said why it was refused is gone when the work is read anew.
    onError: (error) => isOvertaken(error) && report(error),
  });
  const { error } = mutation;
  return {
    result, setResult, note, setNote, values, setValues, missing,
    stale: isStale(error) ? error : null,
    failure: isStale(error) ? null : error,
    pending: mutation.isPending,
    complete: () => {
      const chosen = item.results.find((choice) => choice.key === result);
      if (!chosen) return setMissing('work.pickResult');
      if (chosen.reason && note.trim() === '') return setMissing('work.reasonNeeded');
      mutation.mutate(chosen.key);
    },
    reload: () => void client.invalidateQueries({ queryKey: ['work-item', item.uid] }).then(() => mutation.reset()),
  };
}
