import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { Drawer } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/client';
import type { WorkDetail } from '../../api';
import { useText } from '../../kit/i18n';
import { Due } from '../../blocks/Due';
import { FieldValue } from '../../kit/fields/FieldValue';
import { useTell } from '../../kit/feedback';
import { datetime } from '../../kit/format';
import { useIsPhone } from '../../kit/hooks';
import { Tag } from '../../kit/marks';
import { QueryState } from '../../kit/states';
import { useUnsaved } from '../../kit/unsaved';
import { isGone, useWorkReport } from './changed';
import { Comments } from './Comments';
import { CompletionForm } from './Completion';
import { draftOf, hasUnsent, type Draft } from './draft';
import { Handing } from './Handing';
import { Outcome } from './Outcome';
import { Proposed } from './Proposed';

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
      <QueryState query={item} rows={6}>
        {(data) => <WorkBody key={data.uid} item={data} gone={wentAway(item)} onDone={onDone} onClose={onClose} />}
      </QueryState>
    </Drawer>
  );
}

/** Whether work that was there is not when it is read again; while that is asked once more, nobody knows. */
const wentAway = (query: UseQueryResult<WorkDetail>) => query.fetchStatus === 'idle' && isGone(query.error);

type BodyProps = { item: WorkDetail; gone: boolean; onDone: () => void; onClose: () => void };

/** What is entered outlives every act on the work, and is not left behind unasked. */
function useDraft(item: WorkDetail) {
  const [draft, setDraft] = useState(() => draftOf(item));
  const finished = useRef(false);
  const leave = useUnsaved(() => hasUnsent(item, draft, finished.current));
  return {
    draft,
    onDraft: (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part })),
    finish: () => {
      finished.current = true;
    },
    leave,
  };
}

/** Close the drawer of work that went away while it was open. */
function useGone(gone: boolean, close: () => void) {
  const { t } = useText();
  const tell = useTell();
  const client = useQueryClient();
  const latest = useRef(() => {});
  useEffect(() => {
    latest.current = () => {
      tell(t('work.notYours'));
      close();
      void client.invalidateQueries({ queryKey: ['work'] });
    };
  });
  useEffect(() => {
    if (gone) latest.current();
  }, [gone]);
}

function WorkBody({ item, gone, onDone, onClose }: BodyProps) {
  const { t, label } = useText();
  const report = useWorkReport(item.uid);
  const { draft, onDraft, finish, leave } = useDraft(item);
  useGone(gone, () => {
    leave();
    onClose();
  });
  const done = () => {
    finish();
    onDone();
  };
  return (
    <div className="stack gap-12">
      <div>
        <h2 className="work-subject">{item.subject}</h2>
        <p className="row wrap small">
          {item.about && (
            <Link to={item.about.path} data-testid="work-about">
              {item.about.display}
            </Link>
          )}
          {item.origin && (
            <span className="two-lines" title={item.origin.title}>
              <span className="ink-3">{t('work.origin')}</span>{' '}
              {item.origin.path ? <Link to={item.origin.path}>{item.origin.title}</Link> : item.origin.title}
            </span>
          )}
          {item.asked_by && (
            <span className="ink-3">
              {t('work.askedBy')} {item.asked_by.name}
            </span>
          )}
          <span className="ink-3">
            {t('work.assignee')} {item.assignee?.name ?? t('work.nobody')}
          </span>
          {item.delegated_by && <Tag>{t('work.delegatedBy', { name: item.delegated_by.name })}</Tag>}
        </p>
      </div>
      {item.notices.map((notice) => (
        <div key={notice.zh} className="alert attention" role="alert" data-testid="work-notice">
          {label(notice)}
        </div>
      ))}
      {item.pause && item.state === 'open' && (
        <div className="alert attention" role="status" data-testid="work-pause-why">
          {t('work.pausedBy', { name: item.pause.by.name, at: datetime(item.pause.at) })}
          {t('common.colon')}
          {item.pause.reason}
        </div>
      )}
      <Handing item={item} report={report} onGone={onClose} />
      {item.proposed && <Proposed work={item.uid} proposal={item.proposed} />}
      {item.script && (
        <section>
          <h3 className="section-title">{t('work.script')}</h3>
          <pre className="message quiet script" data-testid="work-script">
            {item.script}
          </pre>
        </section>
      )}
      {item.may.includes('complete') && (
        <CompletionForm key={item.revision} item={item} draft={draft} onDraft={onDraft} report={report} onDone={done} />
      )}
      {item.state !== 'open' && <DoneWork item={item} />}
      <Comments item={item} text={draft.comment} onChange={(comment) => onDraft({ comment })} report={report} />
    </div>
  );
}

function DoneWork({ item }: { item: WorkDetail }) {
  const { t, label } = useText();
  const result = item.results.find((choice) => choice.key === item.result);
  const filled = item.form.filter((field) => item.filled[field.key] !== undefined);
  return (
    <section className="stack gap-4" data-testid="work-result">
      <h3 className="section-title">{t('work.result')}</h3>
      <p>
        <Tag tone={result?.positive ? 'done' : 'plain'}>{label(result?.labels) || t(`work.state.${item.state}`)}</Tag>
      </p>
      {filled.map((field) => (
        <p key={field.key} className="row">
          <span className="ink-3">{label(field.labels)}</span>{' '}
          <FieldValue field={field} row={{ values: item.filled, refused: [] }} />
        </p>
      ))}
      {item.note && <pre className="message">{item.note}</pre>}
      {item.done_at && (
        <p className="small ink-3">
          {t('work.doneAt', { at: datetime(item.done_at) })} {item.done_by?.name}
        </p>
      )}
      {item.outcome.export && <Outcome uid={item.outcome.export} />}
    </section>
  );
}
