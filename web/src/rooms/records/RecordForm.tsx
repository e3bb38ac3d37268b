import { useQueries, useQueryClient } from '@tanstack/react-query';
import { Button, Form } from 'antd';
import { Fragment, useState } from 'react';
import { useLocation, useNavigate, useParams, useSearchParams } from 'react-router';
import { api, ApiError } from '../../api/client';
import { recordQuery, useObjectMeta } from '../../api/hooks';
import type { FieldMeta, Finding, ObjectMeta, RecordDetail } from '../../api';
import { SourceLine } from '../../blocks/SourceLine';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { isStale, useReport, useSay } from '../../kit/feedback';
import { toPicked } from '../../kit/fields/Pointing';
import { inSentence } from '../../kit/format';
import { Icon } from '../../kit/Icon';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { wayBack } from '../../kit/returning';
import { StaleNotice } from '../../kit/StaleNotice';
import { SubmitOnEnter } from '../../kit/SubmitOnEnter';
import { useUnsaved } from '../../kit/unsaved';
import { AlikeNotice, useAlike } from './AlikeNotice';
import { isOfForm } from './faults';
import { begun, changesOf, hasChanges, isFromSource, type Values } from './formValues';
import { FormField, Gate, NoForm, OfRecord, shownIn, useFaults } from './formParts';
import { givenIn } from './given';

export function RecordCreatePage() {
  const { object = '' } = useParams();
  const { search } = useLocation();
  const meta = useObjectMeta(object);
  return <Gate query={meta}>{(found) => <NewRecord key={search} meta={found} />}</Gate>;
}

/** A new record, with the references that the address gives. */
function NewRecord({ meta }: { meta: ObjectMeta }) {
  const [search] = useSearchParams();
  const given = givenIn(search, formFields(meta));
  const found = useQueries({ queries: given.map((one) => recordQuery(one.object, one.uid)) });
  const waiting = found.find((query) => query.isPending);
  const may = meta.operations.includes('create');
  if (may && waiting) return <Gate query={waiting}>{() => null}</Gate>;
  const preset = Object.fromEntries(
    given.flatMap(({ key }, index) => (found[index]?.data ? [[key, toPicked(refOf(found[index].data))]] : [])),
  );
  const missing = given.filter((_one, index) => !found[index]?.data).map((one) => one.key);
  return may ? (
    <FormPage meta={meta} preset={preset} missing={missing} />
  ) : (
    <NoForm meta={meta} may="record.mayNotCreate" />
  );
}

const refOf = (record: RecordDetail) => ({ uid: record.uid, display: record.display, object: '' });

export function RecordEditPage() {
  return (
    <OfRecord may={(_meta, record) => record.permitted.includes('update')}>
      {(meta, record) => <FormPage key={record.uid} meta={meta} record={record} />}
    </OfRecord>
  );
}

function formFields(meta: ObjectMeta): FieldMeta[] {
  const byKey = new Map(meta.fields.map((field) => [field.key, field]));
  return meta.form.fields.flatMap((key) => byKey.get(key) ?? []);
}

type FormProps = { meta: ObjectMeta; record?: RecordDetail; preset?: Values; missing?: string[] };

function FormPage({ meta, record, preset = {}, missing = [] }: FormProps) {
  const { t, label } = useText();
  const [form] = Form.useForm<Values>();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const name = label(meta.labels);
  const title = record ? t('record.edit', { name: inSentence(name) }) : t('record.new', { name: inSentence(name) });
  const fields = formFields(meta);
  const leave = useUnsaved(() => hasChanges(fields, form.getFieldsValue(), record, preset));
  const from = wayBack(search);
  const faults = useFaults(form, fields);
  const alike = useAlike({ meta, fields, form, record });
  const [despite, setDespite] = useState('');
  const save = useSave({ meta, record, fields, despite, leave, back: from, onFaults: faults.tell });
  const back = () => void navigate(from ?? (record ? `/records/${meta.key}/${record.uid}` : `/records/${meta.key}`));
  return (
    <Page
      crumbs={[
        { title: name, path: `/records/${meta.key}` },
        ...(record ? [{ title: record.display, path: `/records/${meta.key}/${record.uid}` }] : []),
        { title },
      ]}
      title={title}
      sub={record?.display}
      actions={
        <>
          <Button onClick={back}>{t('common.cancel')}</Button>
          <Button type="primary" loading={save.pending} onClick={() => form.submit()} data-testid="save">
            {t('common.save')}
          </Button>
        </>
      }
    >
      {save.stale && <StaleNotice error={save.stale} onReload={save.reload} />}
      {faults.messages.length > 0 && (
        <div className="alert" role="alert" data-testid="form-faults">
          <Icon name="alert" />
          <div>
            {faults.messages.map((message) => (
              <p key={message}>{message}</p>
            ))}
          </div>
        </div>
      )}
      <Panel>
        {record && fields.some((field) => !field.readonly && isFromSource(field, record)) && (
          <SourceLine
            source={record.source}
            amongOthers
            correct={meta.corrected && `/records/${meta.key}/${record.uid}/correct`}
          />
        )}
        <Form<Values>
          form={form}
          layout="vertical"
          className="record-form"
          initialValues={Object.fromEntries(fields.map((field) => [field.key, begun(field, record, preset)]))}
          scrollToFirstError={{ focus: true }}
          onValuesChange={(changed: Values) => faults.settle(Object.keys(changed))}
          onFinish={save.run}
        >
          {fields.map((field) => (
            <Fragment key={field.key}>
              <FormField field={field} record={record} missing={missing.includes(field.key)} />
              {field.key === alike.at && (
                <div className="wide">
                  <AlikeNotice meta={meta} alike={alike} despite={despite} onDespite={setDespite} />
                </div>
              )}
            </Fragment>
          ))}
          <SubmitOnEnter />
        </Form>
      </Panel>
    </Page>
  );
}

type SaveArgs = Pick<FormProps, 'meta' | 'record'> & {
  fields: FieldMeta[];
  despite: string;
  leave: () => void;
  back: string | null;
  onFaults: (findings: Finding[]) => void;
};

function useSave({ meta, record, fields, despite, leave, back, onFaults }: SaveArgs) {
  const { t } = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const report = useReport();
  const say = useSay();
  const [stale, setStale] = useState<ApiError | null>(null);
  const mutation = useChange({
    mutationFn: (values: Values) => {
      const changed = changesOf(fields, values, record);
      const object = meta.key;
      const why = despite.trim() ? { despite: despite.trim() } : {};
      return record
        ? api.patch('/objects/{object}/records/{uid}', {
            path: { object, uid: record.uid },
            body: { revision: record.revision, values: changed, ...why },
          })
        : api.post('/objects/{object}/records', { path: { object }, body: { values: changed, ...why } });
    },
    onSuccess: (saved) => {
      say(t(record ? 'common.saved' : 'record.created'));
      client.setQueryData(['record', meta.key, saved.uid], saved);
      void client.invalidateQueries({ queryKey: ['records', meta.key] });
      void client.invalidateQueries({ queryKey: ['page'] });
      leave();
      void navigate(back ?? `/records/${meta.key}/${saved.uid}`);
    },
    onError: (error) => {
      if (isStale(error)) return setStale(error);
      if (!(error instanceof ApiError) || !isOfForm(error, shownIn(fields))) return report(error);
      onFaults(error.findings);
    },
  });
  return {
    pending: mutation.isPending,
    stale,
    run: mutation.mutate,
    // The new revision arrives in the record's query; the form keeps what was typed.
    reload: () =>
      void client.invalidateQueries({ queryKey: ['record', meta.key, record?.uid] }).then(() => setStale(null)),
  };
}
