/** What every page of a record shows: what may be done with it, its fields, its changes. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { api } from '../../api/client';
import type { FieldMeta, ObjectMeta, RecordDetail } from '../../api';
import { HistoryList } from '../../blocks/lists';
import { SourceLine } from '../../blocks/SourceLine';
import { Unmask } from '../../blocks/Unmask';
import { useChange } from '../../kit/change';
import { useReport, useSay } from '../../kit/feedback';
import { kindOf, unitOf } from '../../kit/fields';
import { FieldValue } from '../../kit/fields/FieldValue';
import { datetime } from '../../kit/format';
import { useText, type Key } from '../../kit/i18n';
import { Icon } from '../../kit/Icon';
import { Empty, QueryState } from '../../kit/states';
import { isFromSource } from './formValues';
import { ShareDialog } from './ShareDialog';

export function RecordActions({ meta, record }: { meta: ObjectMeta; record: RecordDetail }) {
  const { t } = useText();
  const navigate = useNavigate();
  const { modal } = App.useApp();
  const report = useReport();
  const say = useSay();
  const client = useQueryClient();
  const [sharing, setSharing] = useState(false);
  const remove = useChange({
    mutationFn: () =>
      api.delete('/objects/{object}/records/{uid}', {
        path: { object: meta.key, uid: record.uid },
        query: { revision: record.revision },
      }),
    onSuccess: () => {
      say(t('record.deleted'));
      void client.invalidateQueries({ queryKey: ['records', meta.key] });
      void navigate(`/records/${meta.key}`);
    },
    onError: report,
  });
  const ask = () =>
    void modal.confirm({
      title: t('record.deleteTitle', { name: record.display }),
      content: t('record.deleteText'),
      okText: t('common.delete'),
      okButtonProps: { danger: true },
      onOk: () => remove.mutate(),
    });
  return (
    <>
      {record.permitted.includes('share') && (
        <Button onClick={() => setSharing(true)} data-testid="share-open">
          {t('share.open')}
        </Button>
      )}
      {sharing && (
        <ShareDialog object={meta.key} uid={record.uid} name={record.display} onClose={() => setSharing(false)} />
      )}
      {record.permitted.includes('update') && (
        <Button
          icon={<Icon name="edit" size={14} />}
          onClick={() => void navigate(`/records/${meta.key}/${record.uid}/edit`)}
          data-testid="edit"
        >
          {t('common.edit')}
        </Button>
      )}
      {record.permitted.includes('delete') && (
        <Button danger onClick={ask} data-testid="delete">
          {t('common.delete')}
        </Button>
      )}
    </>
  );
}

export function Sections({ meta, record }: { meta: ObjectMeta; record: RecordDetail }) {
  const { t, label, lang } = useText();
  const byKey = new Map(meta.fields.map((field) => [field.key, field]));
  const sections =
    meta.detail.sections.length > 0
      ? meta.detail.sections
      : [{ labels: meta.labels, fields: meta.fields.map((field) => field.key) }];
  const who = record.updated_by;
  return (
    <div className="stack gap-12">
      {sections.map((section, index) => (
        <section key={index}>
          <h3 className="section-title">{label(section.labels)}</h3>
          {hasKept(
            section.fields.flatMap((key) => byKey.get(key) ?? []),
            record,
          ) && (
            <SourceLine
              source={record.source}
              correct={meta.corrected && `/records/${meta.key}/${record.uid}/correct`}
            />
          )}
          <dl className="fields">
            {section.fields
              .flatMap((key) => byKey.get(key) ?? [])
              .map((field) => (
                <div key={field.key} className={kindOf(field).wide ? 'wide' : ''} data-testid={`field-${field.key}`}>
                  <dt>
                    {label(field.labels)}
                    {unitOf(field, lang, 'form') && ` ${unitOf(field, lang, 'form')}`}
                  </dt>
                  <dd>
                    <DetailValue meta={meta} field={field} record={record} />
                    {field.help && <p className="small ink-3">{label(field.help)}</p>}
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
      <p className="small ink-3" data-testid="record-belongs">
        {[
          record.unit?.display,
          record.owner && t('record.owner', { owner: record.owner }),
          record.security_level > 0 && t('record.level', { level: record.security_level }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <p className="small ink-3">{t('record.updatedBy', { who: who || '—', at: datetime(record.updated_at) })}</p>
    </div>
  );
}

const hasKept = (fields: FieldMeta[], record: RecordDetail) =>
  fields.some((field) => !field.readonly && isFromSource(field, record));

function DetailValue({ meta, field, record }: { meta: ObjectMeta; field: FieldMeta; record: RecordDetail }) {
  const { label } = useText();
  const value = record.values[field.key];
  if (field.masked && field.unmaskable && value && record.permitted.includes('unmask')) {
    return (
      <Unmask object={meta.key} uid={record.uid} field={field.key} label={label(field.labels)} value={String(value)} />
    );
  }
  return <FieldValue field={field} row={record} />;
}

const LOGS = {
  history: '/objects/{object}/records/{uid}/history',
  access: '/objects/{object}/records/{uid}/access',
} as const;

type HistoryProps = { meta: ObjectMeta; uid: string; kind: keyof typeof LOGS };

export function RecordHistory({ meta, uid, kind }: HistoryProps) {
  const { t } = useText();
  const query = useQuery({
    queryKey: ['record-history', meta.key, uid, kind],
    queryFn: ({ signal }) => api.get(LOGS[kind], { path: { object: meta.key, uid }, signal }),
  });
  const emptyKey: Key = kind === 'history' ? 'record.noHistory' : 'record.noAccess';
  return (
    <QueryState query={query}>
      {({ entries }) =>
        entries.length > 0 ? <HistoryList entries={entries} fields={meta.fields} /> : <Empty title={t(emptyKey)} />
      }
    </QueryState>
  );
}
