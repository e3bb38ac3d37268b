import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Drawer, Input } from 'antd';
import { useEffect, useRef, useState, type MouseEvent } from 'react';
import { Link } from 'react-router';
import { api, ApiError } from '../../api/client';
import type { WorkItem } from '../../api';
import { useText } from '../../app/i18n';
import { Due } from '../../blocks/Due';
import { FailureLine, isStale, useSay } from '../../kit/feedback';
import { datetime } from '../../kit/format';
import { useIsPhone, useKeys } from '../../kit/hooks';
import { Tag } from '../../kit/marks';
import { StaleNotice } from '../../kit/StaleNotice';
import { QueryState } from '../../kit/states';

type Props = { uid: string | undefined; onClose: () => void; onDone: () => void };

export function WorkDrawer({ uid, onClose, onDone }: Props) {
  const { t, label } = useText();
  const phone = useIsPhone();
  const item = useQuery({
    queryKey: ['work-item', uid],
    queryFn: ({ signal }) => api.get('/work/{uid}', { path: { uid: uid ?? '' }, signal }),
    enabled: uid !== undefined,
  });
  return (
    <Drawer
      open={uid !== undefined}
      onClose={onClose}
      size={phone ? '100%' : 520}
      mask={phone}
      title={item.data ? label(item.data.kind_labels) : t('work.title')}
      extra={item.data && <Due item={item.data} />}
      data-testid="work-drawer"
    >
      <QueryState query={item} rows={6}>{(data) => <WorkForm key={data.uid} item={data} onDone={onDone} />}</QueryState>
    </Drawer>
  );
}

function WorkForm({ item, onDone }: { item: WorkItem; onDone: () => void }) {
  const { t, label } = useText();
  const form = useCompletion(item, onDone);
  const open = item.state === 'open';
  const digits = Object.fromEntries(item.results.slice(0, 9).map((result, index) => [String(index + 1), () => form.setResult(result.key)]));
  useKeys({ ...digits, 'ctrl+Enter': form.complete }, open);
  return (
    <div className="stack gap-12">
      {form.stale && <StaleNotice error={form.stale} onReload={form.reload} />}
      <div>
        <h2 className="work-subject">{item.subject}</h2>
        <p className="row wrap small">
          {item.party && <Link to={`/records/party/${item.party.uid}`} data-testid="work-party">{item.party.display}</Link>}
          {item.origin && (
            <span className="two-lines" title={item.origin.title}>
              <span className="ink-3">{t('work.origin')}</span> {item.origin.path ? <Link to={item.origin.path}>{item.origin.title}</Link> : item.origin.title}
            </span>
          )}
          {item.assignee && <span className="ink-3">{t('work.assignee')} {item.assignee.name}</span>}
        </p>
      </div>
      {open && item.origin?.kind === 'campaign' && <GateNotice uid={item.uid} />}
      {item.script && (
        <section>
          <h3 className="section-title">{t('work.script')}</h3>
          <pre className="message quiet script" data-testid="work-script">{item.script}</pre>
        </section>
      )}
      {open ? <OpenWork item={item} form={form} /> : <DoneWork item={item} label={label} />}
    </div>
  );
}

/** Work was given when the gate allowed the contact; this says when it no longer does. */
function GateNotice({ uid }: { uid: string }) {
  const { t, label } = useText();
  const gate = useQuery({
    queryKey: ['work-gate', uid],
    queryFn: ({ signal }) => api.get('/campaigns/work/{uid}/gate', { path: { uid }, signal }),
  });
  if (!gate.data || gate.data.allowed) return null;
  const reasons = gate.data.reasons.map((reason) => label(reason.labels)).join(t('common.semicolon'));
  return <div className="alert attention" role="alert" data-testid="work-gate">{t('work.gateClosed', { reasons })}</div>;
}

function DoneWork({ item, label }: { item: WorkItem; label: ReturnType<typeof useText>['label'] }) {
  const { t } = useText();
  const result = item.results.find((choice) => choice.key === item.result);
  return (
    <section className="stack gap-4" data-testid="work-result">
      <h3 className="section-title">{t('work.result')}</h3>
      <p><Tag tone={result?.positive ? 'done' : 'plain'}>{label(result?.labels) || t(`work.state.${item.state}`)}</Tag></p>
      {item.note && <pre className="message">{item.note}</pre>}
      {item.done_at && <p className="small ink-3">{t('work.doneAt', { at: datetime(item.done_at) })}</p>}
    </section>
  );
}

function OpenWork({ item, form }: { item: WorkItem; form: Completion }) {
  const { t, label } = useText();
  return (
    <>
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
        {form.missing && <p className="small tone-late" role="alert">{t('work.pickResult')}</p>}
      </section>
      <section>
        <h3 className="section-title">{t('work.note')}</h3>
        <Input.TextArea rows={3} value={form.note} onChange={(event) => form.setNote(event.target.value)} placeholder={t('work.notePlaceholder')} data-testid="work-note" />
      </section>
      <FailureLine error={form.failure} />
      <Button type="primary" block loading={form.pending} onClick={onceBy(form.complete)} data-testid="work-complete">
        {t('work.complete')} <span className="desk-only" style={{ opacity: 0.8 }}>Ctrl Enter</span>
      </Button>
    </>
  );
}

/** The second click of a double click is meant for the item before, not for the one that took its place. */
const onceBy = (run: () => void) => (event: MouseEvent) => {
  if (event.detail < 2) run();
};

type Completion = ReturnType<typeof useCompletion>;

function useCompletion(item: WorkItem, onDone: () => void) {
  const { t } = useText();
  const client = useQueryClient();
  const say = useSay();
  const [result, setResult] = useState<string | null>(item.result ?? null);
  const [note, setNote] = useState(item.note ?? '');
  const [missing, setMissing] = useState(false);
  const sent = useRef(false);
  useEffect(() => setMissing(false), [result]);
  const mutation = useMutation({
    mutationFn: (chosen: string) => api.post('/work/{uid}/complete', { path: { uid: item.uid }, body: { result: chosen, note, revision: item.revision } }),
    onSuccess: (done) => {
      say(t('work.completed'));
      onDone();
      client.setQueryData(['work-item', item.uid], done);
      void client.invalidateQueries({ queryKey: ['work'] });
      void client.invalidateQueries({ queryKey: ['page'] });
    },
    onError: (error) => {
      sent.current = false;
      // Somebody else was faster: what he recorded takes the place of the form.
      if (isDoneByOther(error)) void client.invalidateQueries({ queryKey: ['work'] });
    },
  });
  const { error } = mutation;
  return {
    result, setResult, note, setNote, missing,
    stale: isStale(error) ? error : null,
    failure: isStale(error) ? null : error,
    pending: mutation.isPending,
    complete: () => {
      if (!result) return setMissing(true);
      if (sent.current) return;
      sent.current = true;
      mutation.mutate(result);
    },
    reload: () => void client.invalidateQueries({ queryKey: ['work-item', item.uid] }).then(() => mutation.reset()),
  };
}

const isDoneByOther = (error: unknown) => error instanceof ApiError && error.code === 'work.already_done';
