import { Link } from 'react-router';
import type { FieldMeta, HistoryEntry, TagsData, TimelineData, TouchesData, TouchState, Value, WorkItem } from '../api';
import { useCurrentUser } from '../api/hooks';
import { useText, type Key } from '../kit/i18n';
import * as format from '../kit/format';
import { Icon } from '../kit/Icon';
import { Clip, Tag, toneOf } from '../kit/marks';
import { textOf } from '../kit/strings';
import { Due } from './Due';
import { kindOf } from '../kit/fields';
import { FieldValue } from '../kit/fields/FieldValue';
import { isRef } from '../kit/fields/values';

/** A text of ours by a key made of a word of the server, or that word itself. */
export function useWord(): (prefix: string, word: string) => string {
  const { t } = useText();
  return (prefix, word) => {
    const key = `${prefix}.${word}`;
    return textOf(key) ? t(key as Key) : word;
  };
}

export function WorkList({ items }: { items: WorkItem[] }) {
  const { label } = useText();
  const me = useCurrentUser();
  return (
    <ul className="work-list">
      {items.map((item) => (
        <li key={item.uid} className={item.overdue ? 'late' : ''} data-testid="work-row" data-uid={item.uid}>
          <Link to={item.path}>
            <span className="when">
              <Due item={item} />
            </span>
            <Tag tone={item.overdue ? 'late' : 'plain'}>{label(item.kind_labels)}</Tag>
            <span className="grow subject two-lines" title={item.subject}>
              {item.subject}
            </span>
            {item.assignee && item.assignee.uid !== me.employee_no && (
              <span className="ink-2 nowrap">{item.assignee.name}</span>
            )}
            <span className="tone-brand nowrap">{item.about && <Clip>{item.about.display}</Clip>}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

const TOUCH_TONE: Record<TouchState, string> = {
  waiting: '',
  sending: '',
  sent: 'done',
  refused: 'refused',
  unknown: 'unknown',
  failed: 'failed',
  control: '',
  stopped: '',
};

/** The state of one touch in words; a refusal names its reason. */
export function TouchTag({ state, reason }: { state: TouchState; reason?: string }) {
  const { t, lang } = useText();
  const text = reason ? `${t(`touch.${state}`)}${lang === 'zh' ? '：' : ': '}${reason}` : t(`touch.${state}`);
  return <Tag tone={toneOf(TOUCH_TONE[state])}>{text}</Tag>;
}

export function TouchList({ rows }: TouchesData) {
  const { label } = useText();
  const word = useWord();
  return (
    <ul className="plain-list touches">
      {rows.map((row, index) => (
        <li key={index}>
          <span className="ink-3 nowrap">{row.at && format.instantDate(row.at)}</span>
          <span className="grow">
            {row.origin_path ? (
              <Link to={row.origin_path} className="two-lines" title={row.origin}>
                {row.origin}
              </Link>
            ) : (
              <span className="two-lines" title={row.origin}>
                {row.origin}
              </span>
            )}{' '}
            <span className="small ink-3">{word('channel', row.channel)}</span>
          </span>
          <TouchTag state={row.state} reason={label(row.reasons[0]?.labels)} />
        </li>
      ))}
    </ul>
  );
}

export function TagList({ tags }: TagsData) {
  const { label } = useText();
  return (
    <div className="tag-cloud">
      {tags.map((tag) => {
        const value = label(tag.value_labels) || tag.value;
        const tone = tag.status ? toneOf(tag.status) : 'plain';
        return (
          <Tag key={tag.key} tone={tone} title={tag.since ? format.date(tag.since) : undefined}>
            {label(tag.labels)} {value && value !== label(tag.labels) && <b>{value}</b>}
          </Tag>
        );
      })}
    </div>
  );
}

export function Timeline({ entries }: TimelineData) {
  const word = useWord();
  return (
    <ol className="timeline">
      {entries.map((entry, index) => (
        <li key={index}>
          <time>{format.datetime(entry.at)}</time>
          <span className="knot">
            <Icon name={entry.kind} size={13} />
          </span>
          <div className="grow">
            <p className="title two-lines" title={entry.title}>
              {entry.path ? <Link to={entry.path}>{entry.title}</Link> : entry.title}
            </p>
            {(entry.detail || entry.actor) && (
              <p className="small ink-3">{[entry.actor, word('channel', entry.detail)].filter(Boolean).join('  ')}</p>
            )}
          </div>
          {word('channel', entry.kind) !== entry.kind && <Tag>{word('channel', entry.kind)}</Tag>}
        </li>
      ))}
    </ol>
  );
}

/** A value as it was: as pages show it, a reference by its display. */
function Told({ field, value }: { field: FieldMeta | undefined; value: Value }) {
  const { t } = useText();
  if (value === null || value === '') return <span className="ink-3">{t('history.empty')}</span>;
  if (!field || kindOf(field).wide) return <>{isRef(value) ? value.display : String(value)}</>;
  return <FieldValue field={{ ...field, role: null }} row={{ values: { [field.key]: value }, refused: [] }} />;
}

type HistoryProps = { entries: HistoryEntry[]; fields: FieldMeta[] };

/** The journal of a record in the words of its fields. */
export function HistoryList({ entries, fields }: HistoryProps) {
  const { t, label } = useText();
  const word = useWord();
  const byKey = new Map(fields.map((field) => [field.key, field]));
  const labelOf = (key: string) => label(byKey.get(key)?.labels) || key;
  return (
    <ol className="timeline">
      {entries.map((entry, index) => (
        <li key={index} data-testid="history-entry">
          <time>{format.datetime(entry.at)}</time>
          <span className="knot">
            <Icon name={HISTORY_ICON[entry.operation] ?? 'edit'} size={13} />
          </span>
          <div className="grow">
            <p>
              <b>{entry.actor.name}</b> <span className="ink-3">{entry.actor.employee_no}</span>{' '}
              {word('history', entry.operation)}
              {entry.field && ` ${labelOf(entry.field)}`}
              {entry.times > 1 && entry.since && (
                <>
                  {' '}
                  {t('history.times', { times: entry.times })}{' '}
                  <span className="ink-3">{t('history.since', { at: format.time(entry.since) })}</span>
                </>
              )}
            </p>
            {entry.changes.map((change) => (
              <div key={change.field} className="small change">
                <span className="ink-3">{labelOf(change.field)}</span>{' '}
                {entry.operation !== 'create' && (
                  <>
                    <s className="ink-3">
                      <Told field={byKey.get(change.field)} value={change.old} />
                    </s>{' '}
                    →{' '}
                  </>
                )}
                <Told field={byKey.get(change.field)} value={change.new} />
              </div>
            ))}
            {entry.shared && (
              <p className="small ink-2" data-testid="history-shared">
                {t(entry.operation === 'unshare' ? 'history.unshareWith' : 'history.shareWith', {
                  name: entry.shared.name,
                  key: entry.shared.key,
                  day: format.date(entry.shared.until),
                })}
              </p>
            )}
            {entry.reason && <p className="small ink-2">{t('history.reason', { reason: entry.reason })}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}

const HISTORY_ICON: Record<string, string> = {
  create: 'plus',
  update: 'edit',
  delete: 'remove',
  load: 'database',
  unmask: 'hidden',
  find_by_number: 'search',
  share: 'users',
  unshare: 'users',
  view: 'user',
  export: 'download',
};
