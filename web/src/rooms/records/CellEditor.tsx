import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { App, Button, Popover } from 'antd';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { api, onReach } from '../../api/client';
import { isUnreachable } from '../../api/patience';
import type { FieldMeta, Input, ObjectMeta, RecordDetail, RecordPage, RecordRow, Value } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { failureWords, isStale, useReport, useSay, useTell } from '../../kit/feedback';
import { faultOf, fromForm, kindOf, toForm } from '../../kit/fields';
import { FieldInput } from '../../kit/fields/FieldInput';
import { isRef } from '../../kit/fields/values';
import { Icon } from '../../kit/Icon';
import { useUnsaved } from '../../kit/unsaved';

type Props = { meta: ObjectMeta; field: FieldMeta; row: RecordRow; close: () => void };

/** A field of a record changed in its list: Enter saves it on top of the row's revision, Esc leaves it as it was. */
export function CellEditor({ meta, field, row, close }: Props) {
  const { t, label } = useText();
  const [before] = useState(() => held(field, row.values[field.key]));
  const [value, setValue] = useState(before);
  const latest = useRef(value);
  const refused = useRef(false);
  const box = useRef<HTMLSpanElement>(null);
  const save = useSave({ meta, field, row, close });
  useEffect(() => focusIn(box.current), []);
  const change = (next: unknown) => {
    latest.current = next;
    refused.current = false;
    setValue(next);
    save.forget();
  };
  // What is typed and is no value was not given: what the control gave before it is never saved in its place.
  const refuse = (words: string) => {
    refused.current = true;
    save.tell(words);
  };
  useUnsaved(
    () => refused.current || !same(field, latest.current, before),
    () => controlIn(box.current)?.focus(),
  );
  const submit = () => {
    if (refused.current) refused.current = false;
    else if (same(field, latest.current, before)) close();
    else save.run(latest.current);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !isOpen(event.target)) {
      event.stopPropagation();
      close();
    }
    if (event.key !== 'Enter' || isOpen(event.target)) return;
    event.preventDefault();
    submit();
  };
  const control = { [kindOf(field).property ?? 'value']: value };
  return (
    <Popover open={save.told !== null} content={save.told} placement="topLeft" destroyOnHidden>
      <span
        ref={box}
        className="cell-editor"
        onInput={save.forget}
        onKeyDown={press}
        onBlur={(event) => {
          if (leaves(event) && !refused.current && same(field, latest.current, before)) close();
        }}
      >
        <FieldInput field={field} testId={`cell-${field.key}`} onChange={change} onRefused={refuse} {...control} />
        <button
          type="button"
          className="plain"
          aria-label={t('cell.save', { name: label(field.labels) })}
          title="Enter"
          disabled={save.pending}
          onClick={submit}
          data-testid="cell-save"
        >
          <Icon name="check" size={14} />
        </button>
        <button type="button" className="plain" aria-label={t('cell.cancel')} title="Esc" onClick={close}>
          <Icon name="close" size={14} />
        </button>
      </span>
    </Popover>
  );
}

/** A value as its control holds it; none stays none, though a box of a form shows it as "no". */
const held = (field: FieldMeta, value: Value | undefined) =>
  kindOf(field).property === 'checked' ? (value ?? null) : toForm(field, value);

const same = (field: FieldMeta, value: unknown, before: unknown) =>
  JSON.stringify(fromForm(field, value)) === JSON.stringify(fromForm(field, before));

/** A list that is open has its own Enter and Esc. */
const isOpen = (target: EventTarget) => (target as HTMLElement).getAttribute('aria-expanded') === 'true';

/** Whether the focus goes somewhere else on the page; layers of the control, as a calendar, are drawn outside of it. */
function leaves({ currentTarget, relatedTarget }: React.FocusEvent): boolean {
  const page = currentTarget.closest('body > *');
  return (
    relatedTarget instanceof Node && !currentTarget.contains(relatedTarget) && page?.contains(relatedTarget) === true
  );
}

const controlIn = (box: HTMLElement | null) => box?.querySelector<HTMLInputElement>('input, textarea');

function focusIn(box: HTMLElement | null): void {
  const control = controlIn(box);
  control?.focus();
  if (control?.type === 'text') control.select();
}

/** So long is an answer waited for without a word, in milliseconds. */
const PATIENT = 3_000;

/** Whether something has been under way for long. */
function useLong(underWay: boolean): boolean {
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (!underWay) return;
    const timer = setTimeout(() => setLong(true), PATIENT);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [underWay]);
  return long;
}

function useSave({ meta, field, row, close }: Props) {
  const { t, label } = useText();
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const undoable = useUndoable(meta, field);
  const change = useChangedField(meta, field);
  const save = (value: Input) =>
    change.mutateAsync({ ...row, value }).then((saved) => {
      taken(client, meta.key, saved);
      undoable(saved, asSent(field, row.values[field.key]));
      close();
    }, setError);
  const slow = useLong(change.isPending);
  // The line that was broken carries again: what is told of it is no longer so, and what was typed still stands.
  useEffect(() => (isUnreachable(error) ? onReach((reachable) => reachable && setError(null)) : undefined), [error]);
  const forget = () => {
    setError(null);
    setWrong(null);
  };
  const run = (value: unknown) => {
    const fault = faultOf(field, value);
    const missing = field.required && fromForm(field, value) === null;
    if (fault || missing)
      setWrong(fault ? t(fault) : `${label(field.labels)}${t('common.colon')}${t('common.required')}`);
    else void save(fromForm(field, value));
  };
  const reload = () => void client.invalidateQueries({ queryKey: ['records', meta.key] }).then(forget);
  return { run, forget, tell: setWrong, pending: change.isPending, told: toldOf() };

  function toldOf() {
    if (slow) return <span role="status">{t('cell.slow')}</span>;
    if (wrong !== null) return <span role="alert">{wrong}</span>;
    if (error === null) return null;
    if (isStale(error))
      return (
        <span role="alert" className="row gap-8" data-testid="cell-stale">
          {t('cell.stale')}
          <Button size="small" onClick={reload} data-testid="cell-reload">
            {t('cell.reload')}
          </Button>
        </span>
      );
    const { title, lines } = failureWords(error, t);
    return (
      <span role="alert" data-testid="cell-refused">
        {[title, ...lines].map((line) => (
          <span key={line} style={{ display: 'block' }}>
            {line}
          </span>
        ))}
      </span>
    );
  }
}

/** A value as the server takes it back. */
const asSent = (field: FieldMeta, value: Value | undefined): Input => fromForm(field, held(field, value));

type Changed = { uid: string; revision: number; value: Input };

/** Writes one field of a record on top of a revision. */
const useChangedField = ({ key: object }: ObjectMeta, { key }: FieldMeta) =>
  useChange({
    mutationFn: ({ uid, revision, value }: Changed) =>
      api.patch('/objects/{object}/records/{uid}', {
        path: { object, uid },
        body: { revision, values: { [key]: value } },
      }),
  });

/** The lists show what was saved where the row stands: nothing moves under the pointer. */
function taken(client: QueryClient, object: string, saved: RecordDetail): void {
  const renewed = (row: RecordRow): RecordRow =>
    row.uid === saved.uid
      ? { ...row, ...kept(saved), values: { ...row.values, ...pick(saved.values, Object.keys(row.values)) } }
      : row;
  client.setQueriesData<RecordPage>({ queryKey: ['records', object] }, (page) =>
    page ? { ...page, rows: page.rows.map(renewed) } : page,
  );
  client.setQueryData(['record', object, saved.uid], saved);
  void client.invalidateQueries({ queryKey: ['record-count', object] });
  void client.invalidateQueries({ queryKey: ['record-groups', object] });
  void client.invalidateQueries({ queryKey: ['page'] });
}

const kept = ({ display, revision, refused }: RecordDetail) => ({ display, revision, refused });

const pick = (values: RecordRow['values'], keys: string[]) =>
  Object.fromEntries(keys.flatMap((key) => (key in values ? [[key, values[key] ?? null]] : [])));

/** What the line of a record in its list begins with; what a record is called may be of somebody else, as whom it is served by. */
function nameOf({ list }: ObjectMeta, { values, display }: RecordDetail): string {
  const first = values[list.columns[0] ?? ''];
  return (isRef(first) ? first.display : typeof first === 'string' ? first : '') || display;
}

const SECONDS = 8;

/** Say what was changed, with the way back: the value as it was, on top of the revision that the change has made. */
function useUndoable(meta: ObjectMeta, field: FieldMeta): (saved: RecordDetail, old: Input) => void {
  const { message } = App.useApp();
  const { t, label } = useText();
  const client = useQueryClient();
  const report = useReport();
  const say = useSay();
  const tell = useTell();
  const change = useChangedField(meta, field);
  return (saved, old) => {
    const key = `undo-${saved.uid}`;
    const refuse = (error: unknown) => (isStale(error) ? tell(t('cell.undoStale')) : report(error));
    const undo = () => {
      message.destroy(key);
      change.mutateAsync({ ...saved, value: old }).then((back) => {
        taken(client, meta.key, back);
        say(t('cell.undone'));
      }, refuse);
    };
    void message.success({
      key,
      duration: SECONDS,
      content: (
        <>
          {t('cell.saved', { name: nameOf(meta, saved), field: label(field.labels) })}{' '}
          <button type="button" className="plain link" onClick={undo} data-testid="cell-undo">
            {t('cell.undo')}
          </button>
        </>
      ),
    });
  };
}
