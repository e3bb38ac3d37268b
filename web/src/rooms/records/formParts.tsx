/** What forms of records are made of: the page around one, its fields, what the server found wrong. */
import type { UseQueryResult } from '@tanstack/react-query';
import { Form, type FormInstance } from 'antd';
import { useState, type ReactNode } from 'react';
import { useParams } from 'react-router';
import { useObjectMeta, useRecord } from '../../api/hooks';
import type { FieldMeta, Finding, ObjectMeta, RecordDetail } from '../../api';
import { kindOf, rulesOf, unitOf } from '../../kit/fields';
import { FieldInput } from '../../kit/fields/FieldInput';
import { FieldValue } from '../../kit/fields/FieldValue';
import { useText } from '../../kit/i18n';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { QueryState, RefusedState } from '../../kit/states';
import { placed, unsettled } from './faults';
import { isEditable, isHidden, type Values } from './formValues';

/** The page while what it needs is read, and when that fails. */
export function Gate<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  return (
    <Page crumbs={[]}>
      <Panel flush>
        <QueryState query={query}>{() => null}</QueryState>
      </Panel>
    </Page>
  );
}

/** A form is not shown to whoever may not save it. */
export function NoForm({ meta, may }: { meta: ObjectMeta; may: 'record.mayNotCreate' | 'record.mayNotChange' }) {
  const { t, label } = useText();
  const name = label(meta.labels);
  return (
    <Page crumbs={[{ title: name, path: `/records/${meta.key}` }]} title={name}>
      <Panel flush>
        <RefusedState title={t(may, { name })} />
      </Panel>
    </Page>
  );
}

type OfRecord = {
  may: (meta: ObjectMeta, record: RecordDetail) => boolean;
  children: (meta: ObjectMeta, record: RecordDetail) => ReactNode;
};

/** A form about the record of the address, for whoever may do what it is for. */
export function OfRecord({ may, children }: OfRecord) {
  const { object = '', uid = '' } = useParams();
  const meta = useObjectMeta(object);
  const record = useRecord(object, uid);
  return (
    <Gate query={meta}>
      {(known) => (
        <Gate query={record}>
          {(found) => (may(known, found) ? children(known, found) : <NoForm meta={known} may="record.mayNotChange" />)}
        </Gate>
      )}
    </Gate>
  );
}

/** What a field that nobody may fill in shows of a record that is not there yet. */
const BLANK = { values: {}, refused: [] };

export function FormField({
  field,
  record,
  missing = false,
}: {
  field: FieldMeta;
  record?: RecordDetail;
  missing?: boolean;
}) {
  const { t, label, lang } = useText();
  const kind = kindOf(field);
  const wide = kind.wide ? 'wide' : '';
  const name = label(field.labels);
  if (!isEditable(field, record)) {
    const unit = unitOf(field, lang, 'form');
    return (
      <Form.Item label={unit ? `${name} ${unit}` : name} className={wide}>
        <FieldValue field={field} row={record ?? BLANK} />
      </Form.Item>
    );
  }
  const hidden = isHidden(field, record);
  const help = field.help ? label(field.help) : undefined;
  return (
    <Form.Item
      name={field.key}
      label={name}
      className={wide}
      extra={missing ? t('record.notGiven') : hidden ? <Hidden field={field} record={record} /> : help}
      valuePropName={kind.property ?? 'value'}
      rules={rulesOf(field, t, hidden)}
      dependencies={field.written?.by ? [field.written.by] : undefined}
      // A number is judged when it is typed to its end: half of one is none.
      validateTrigger={field.written ? 'onBlur' : undefined}
    >
      <FieldInput
        field={field}
        testId={`input-${field.key}`}
        placeholder={hidden ? t('record.hiddenReplace') : undefined}
      />
    </Form.Item>
  );
}

/** What a value that is not shown looks like, and that it stays. */
function Hidden({ field, record }: { field: FieldMeta; record?: RecordDetail }) {
  const { t } = useText();
  return (
    <span data-testid={`hidden-${field.key}`}>
      {t('record.hiddenNow', { value: String(record?.values[field.key] ?? '') })}
    </span>
  );
}

/** The fields at which a form can say what is wrong. */
export const shownIn = (fields: FieldMeta[]) => fields.filter((field) => !field.readonly).map((field) => field.key);

/** What the server found wrong: at the fields and over the form, the first of them ready to be mended. */
export function useFaults(form: FormInstance<Values>, fields: FieldMeta[]) {
  const [findings, setFindings] = useState<Finding[]>([]);
  const keys = shownIn(fields);
  const show = (found: Finding[]) => {
    const before = placed(findings, keys).fields;
    const now = placed(found, keys).fields;
    form.setFields(Object.keys({ ...before, ...now }).map((key) => ({ name: key, errors: now[key] ?? [] })));
    setFindings(found);
    return Object.keys(now)[0];
  };
  return {
    messages: placed(findings, keys).form,
    tell: (found: Finding[]) => {
      const first = show(found);
      if (first) form.scrollToField(first, { focus: true });
    },
    settle: (changed: string[]) => {
      const left = unsettled(findings, changed);
      if (left.length < findings.length) show(left);
    },
  };
}
