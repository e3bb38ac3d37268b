import { useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, type FormInstance } from 'antd';
import { useEffect, useRef, useState, type MouseEvent } from 'react';
import { api } from '../../api/client';
import type { FieldMeta, WorkDetail } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { toldAtFields } from '../../kit/faults';
import { kindOf, rulesOf } from '../../kit/fields';
import { FieldInput } from '../../kit/fields/FieldInput';
import { FailureLine, isStale, useSay } from '../../kit/feedback';
import { useKeys } from '../../kit/hooks';
import { StaleNotice } from '../../kit/StaleNotice';
import { isGone, isOvertaken, useWorkChanged, type WorkReport } from './changed';
import { formOf, nameOf, NOTE, type Draft, type Values } from './draft';

type Props = {
  item: WorkDetail;
  draft: Draft;
  onDraft: (part: Partial<Draft>) => void;
  report: WorkReport;
  onDone: () => void;
};

/** How a piece of work ends: its result, what its kind asks for, a note. */
export function CompletionForm(props: Props) {
  const { item, draft, onDraft } = props;
  const { t } = useText();
  const completion = useCompletion(props);
  return (
    <>
      {completion.stale && <StaleNotice error={completion.stale} onReload={completion.reload} />}
      <Results item={item} result={draft.result} missing={completion.missing} onChoose={completion.choose} />
      <Form<Values>
        form={completion.form}
        layout="vertical"
        initialValues={draft.values}
        onValuesChange={(_changed, values) => onDraft({ values })}
      >
        {item.form.map((field) => (
          <Entry key={field.key} field={field} />
        ))}
        <h3 className="section-title">{t(item.decides ? 'work.opinion' : 'work.note')}</h3>
        <Form.Item
          name={NOTE}
          rules={[{ required: completion.needsReason, whitespace: true, message: t('work.reasonNeeded') }]}
          style={{ marginBottom: 0 }}
        >
          <Input.TextArea
            rows={3}
            aria-label={t(item.decides ? 'work.opinion' : 'work.note')}
            placeholder={t(item.decides ? 'work.opinionPlaceholder' : 'work.notePlaceholder')}
            data-testid="work-note"
          />
        </Form.Item>
      </Form>
      <FailureLine error={completion.failure} />
      <Button
        type="primary"
        block
        loading={completion.pending}
        onClick={onceBy(completion.complete)}
        data-testid="work-complete"
      >
        {t(item.decides ? 'work.decide' : 'work.complete')}{' '}
        <span className="desk-only" style={{ opacity: 0.8 }}>
          Ctrl Enter
        </span>
      </Button>
    </>
  );
}

type ResultsProps = { item: WorkDetail; result: string | null; missing: boolean; onChoose: (result: string) => void };

/** The results that work may have; where none is chosen and one is wanted, they have the focus. */
function Results({ item, result, missing, onChoose }: ResultsProps) {
  const { t, label } = useText();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (missing) first.current?.focus();
  }, [missing]);
  return (
    <section>
      <h3 className="section-title">
        {t('work.result')} <span className="small ink-3 desk-only">{t('work.keys')}</span>
      </h3>
      <div className="results-choice" role="radiogroup" aria-label={t('work.result')}>
        {item.results.map((one, index) => (
          <button
            key={one.key}
            ref={index === 0 ? first : undefined}
            type="button"
            role="radio"
            aria-checked={result === one.key}
            className="plain result-button"
            onClick={() => onChoose(one.key)}
            data-testid={`result-${one.key}`}
          >
            <kbd className="desk-only">{index + 1}</kbd> {label(one.labels)}
          </button>
        ))}
      </div>
      {missing && (
        <p className="small tone-late" role="alert">
          {t('work.pickResult')}
        </p>
      )}
    </section>
  );
}

/** What the kind of the work asks for. */
function Entry({ field }: { field: FieldMeta }) {
  const { t, label } = useText();
  return (
    <Form.Item
      name={nameOf(field)}
      label={label(field.labels)}
      extra={field.help ? label(field.help) : undefined}
      valuePropName={kindOf(field).property ?? 'value'}
      rules={rulesOf(field, t)}
    >
      <FieldInput field={field} testId={`input-${field.key}`} />
    </Form.Item>
  );
}

/** The second click of a double click is meant for the item before, not for the one that took its place. */
const onceBy = (run: () => void) => (event: MouseEvent) => {
  if (event.detail < 2) run();
};

function useCompletion({ item, draft, onDraft, report, onDone }: Props) {
  const client = useQueryClient();
  const [form] = Form.useForm<Values>();
  const [missing, setMissing] = useState(false);
  const { mutate, reset, isPending, error, told } = useSend(item, form, report, onDone);
  const chosen = item.results.find((one) => one.key === draft.result);
  const choose = (result: string) => {
    onDraft({ result });
    setMissing(false);
    // Not every result asks for a reason.
    form.setFields([{ name: NOTE, errors: [] }]);
  };
  const complete = () => {
    setMissing(!chosen);
    form.validateFields().then(
      (values) => chosen && mutate({ result: chosen.key, values }),
      ({ errorFields: [first] }: Refused) => chosen && first && form.scrollToField(first.name, { focus: true }),
    );
  };
  const digits = Object.fromEntries(
    item.results.slice(0, 9).map((one, index) => [String(index + 1), () => choose(one.key)]),
  );
  useKeys({ ...digits, 'ctrl+Enter': complete });
  return {
    form,
    missing,
    choose,
    complete,
    needsReason: chosen?.reason ?? false,
    stale: isStale(error) ? error : null,
    failure: isStale(error) || isGone(error) || told ? null : error,
    pending: isPending,
    reload: () => void client.invalidateQueries({ queryKey: ['work-item', item.uid] }).then(reset),
  };
}

type Refused = { errorFields: { name: string[] }[] };

/** Ask the server to complete it; `told` when what it refused stands at the fields it is about. */
function useSend(item: WorkDetail, form: FormInstance<Values>, report: WorkReport, onDone: () => void) {
  const { t } = useText();
  const client = useQueryClient();
  const say = useSay();
  const changed = useWorkChanged(item.uid);
  const [told, setTold] = useState(false);
  const mutation = useChange({
    mutationFn: ({ result, values }: { result: string; values: Values }) =>
      api.post('/work/{uid}/complete', {
        path: { uid: item.uid },
        body: { result, note: String(values[NOTE] ?? ''), form: formOf(item.form, values), revision: item.revision },
      }),
    onSuccess: (done) => {
      say(t(item.decides ? 'work.decided' : 'work.completed'));
      onDone();
      client.setQueryData(['work-item', item.uid], done);
      changed();
    },
    onError: (error) => {
      setTold(toldAtFields(form, error));
      // The form that said why it was refused is gone when the work is read anew.
      if (isOvertaken(error)) report(error);
    },
  });
  return { ...mutation, told };
}
