import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Form, type FormInstance } from 'antd';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { api, ApiError } from '../../api/client';
import { useObjectMeta } from '../../api/hooks';
import type { FieldMeta, ObjectMeta, RecordDetail } from '../../api';
import { useText } from '../../app/i18n';
import { isStale, useReport, useSay } from '../../kit/feedback';
import { kindOf, toForm, unitOf } from '../../kit/fields';
import { FieldInput } from '../../kit/fields/FieldInput';
import { FieldValue } from '../../kit/fields/FieldValue';
import { useOnce } from '../../kit/once';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { StaleNotice } from '../../kit/StaleNotice';
import { QueryState } from '../../kit/states';
import { useUnsaved } from '../../kit/unsaved';
import { changesOf, hasChanges, isEditable, isFromSource, type Values } from './formValues';
import { useRecord } from './RecordPage';

export function RecordCreatePage() {
  const { object = '' } = useParams();
  const meta = useObjectMeta(object);
  return <FormGate meta={meta} />;
}

export function RecordEditPage() {
  const { object = '', uid = '' } = useParams();
  const meta = useObjectMeta(object);
  const record = useRecord(object, uid);
  return record.data ? <FormGate key={uid} meta={meta} record={record.data} /> : (
    <Page crumbs={[{ title: '' }]}><Panel flush><QueryState query={record}>{() => null}</QueryState></Panel></Page>
  );
}

function FormGate({ meta, record }: { meta: ReturnType<typeof useObjectMeta>; record?: RecordDetail }) {
  if (meta.data) return <FormPage meta={meta.data} record={record} />;
  return <Page crumbs={[{ title: '' }]}><Panel flush><QueryState query={meta}>{() => null}</QueryState></Panel></Page>;
}

function formFields(meta: ObjectMeta): FieldMeta[] {
  const byKey = new Map(meta.fields.map((field) => [field.key, field]));
  return meta.form.fields.flatMap((key) => byKey.get(key) ?? []);
}

function FormPage({ meta, record }: { meta: ObjectMeta; record?: RecordDetail }) {
  const { t, label } = useText();
  const [form] = Form.useForm<Values>();
  const navigate = useNavigate();
  const name = label(meta.labels);
  const title = record ? t('record.edit', { name }) : t('record.new', { name });
  const fields = formFields(meta);
  const leave = useUnsaved(() => hasChanges(fields, form.getFieldsValue(), record));
  const save = useSave({ meta, record, form, fields, leave });
  const back = () => void navigate(record ? `/records/${meta.key}/${record.uid}` : `/records/${meta.key}`);
  return (
    <Page
      crumbs={[{ title: name, path: `/records/${meta.key}` }, ...(record ? [{ title: record.display, path: `/records/${meta.key}/${record.uid}` }] : []), { title }]}
      title={title}
      sub={record?.display}
      actions={
        <>
          <Button onClick={back}>{t('common.cancel')}</Button>
          <Button type="primary" loading={save.pending} onClick={() => form.submit()} data-testid="save">{t('common.save')}</Button>
        </>
      }
    >
      {save.stale && <StaleNotice error={save.stale} onReload={save.reload} />}
      <Panel>
        <Form<Values>
          form={form}
          layout="vertical"
          className="record-form"
          initialValues={Object.fromEntries(fields.map((field) => [field.key, toForm(field, record?.values[field.key])]))}
          onFinish={save.run}
        >
          {fields.map((field) => <FormField key={field.key} field={field} record={record} />)}
        </Form>
      </Panel>
    </Page>
  );
}

/** What a field that nobody may fill in shows of a record that is not there yet. */
const BLANK = { values: {}, refused: [] };

function FormField({ field, record }: { field: FieldMeta; record?: RecordDetail }) {
  const { t, label, lang } = useText();
  const kind = kindOf(field);
  const wide = kind.wide ? 'wide' : '';
  const unit = unitOf(field, lang, 'form');
  const isBox = kind.property === 'checked';
  const title = `${label(field.labels)}${unit ? ` ${unit}` : ''}`;
  if (!isEditable(field, record)) {
    return (
      <Form.Item label={title} className={wide} extra={record && isFromSource(field, record) ? t('record.fromSource') : undefined}>
        <FieldValue field={field} row={record ?? BLANK} />
      </Form.Item>
    );
  }
  return (
    <Form.Item
      name={field.key}
      label={title}
      className={wide}
      extra={field.help ? label(field.help) : undefined}
      valuePropName={kind.property ?? 'value'}
      rules={[{ required: field.required && !isBox, message: t('common.required') }]}
    >
      <FieldInput field={field} testId={`input-${field.key}`} />
    </Form.Item>
  );
}

type SaveArgs = { meta: ObjectMeta; record?: RecordDetail; form: FormInstance<Values>; fields: FieldMeta[]; leave: () => void };

function useSave({ meta, record, form, fields, leave }: SaveArgs) {
  const { t } = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const report = useReport();
  const say = useSay();
  const [stale, setStale] = useState<ApiError | null>(null);
  const mutation = useMutation({
    mutationFn: (values: Values) => {
      const changed = changesOf(fields, values, record);
      const path = `/objects/${meta.key}/records`;
      return record
        ? api.patch<RecordDetail>(`${path}/${record.uid}`, { revision: record.revision, values: changed })
        : api.post<RecordDetail>(path, { values: changed });
    },
    onSuccess: (saved) => {
      say(t(record ? 'common.saved' : 'record.created'));
      client.setQueryData(['record', meta.key, saved.uid], saved);
      void client.invalidateQueries({ queryKey: ['records', meta.key] });
      void client.invalidateQueries({ queryKey: ['page'] });
      leave();
      void navigate(`/records/${meta.key}/${saved.uid}`);
    },
    onError: (error) => {
      if (isStale(error)) return setStale(error);
      const faults = error instanceof ApiError ? error.findings.filter((finding) => finding.field) : [];
      if (faults.length === 0) return report(error);
      form.setFields(faults.map((finding) => ({ name: finding.field ?? '', errors: [finding.message] })));
    },
  });
  const run = useOnce((values: Values) => mutation.mutateAsync(values));
  return {
    pending: mutation.isPending,
    stale,
    run,
    // The new revision arrives in the record's query; the form keeps what was typed.
    reload: () => void client.invalidateQueries({ queryKey: ['record', meta.key, record?.uid] }).then(() => setStale(null)),
  };
}
