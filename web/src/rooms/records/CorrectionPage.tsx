import { useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { useNavigate, useSearchParams } from 'react-router';
import { api, ApiError } from '../../api/client';
import type { FieldMeta, ObjectMeta, RecordDetail } from '../../api';
import { SourceLine } from '../../blocks/SourceLine';
import { useChange } from '../../kit/change';
import { useReport, useSay } from '../../kit/feedback';
import { inSentence } from '../../kit/format';
import { useText } from '../../kit/i18n';
import { Icon } from '../../kit/Icon';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { wayBack } from '../../kit/returning';
import { RefusedState } from '../../kit/states';
import { SubmitOnEnter } from '../../kit/SubmitOnEnter';
import { useUnsaved } from '../../kit/unsaved';
import { isOfForm } from './faults';
import { FormField, OfRecord, shownIn, useFaults } from './formParts';
import { begun, changesOf, hasChanges, isFromSource, type Values } from './formValues';

/** What the form calls the reason; no field of a record is called so. */
const WHY = 'why?';
const SHORTEST = 4;

/** A correction is asked for of what a source keeps of a record; the record stays as it is until the source says so. */
export function CorrectionPage() {
  return (
    <OfRecord may={(meta) => meta.corrected}>
      {(meta, record) => <Correction key={record.uid} meta={meta} record={record} />}
    </OfRecord>
  );
}

/** What a source keeps of a record, in the order of its form; what no form has comes after that. */
function keptFields(meta: ObjectMeta, record: RecordDetail): FieldMeta[] {
  const place = (field: FieldMeta) => (meta.form.fields.indexOf(field.key) + 1 || Infinity) - 1;
  return meta.fields
    .filter((field) => field.kind === 'field' && !field.readonly && isFromSource(field, record))
    .filter((field) => !field.refused && !record.refused.includes(field.key))
    .toSorted((one, other) => place(one) - place(other) || 0);
}

function Correction({ meta, record }: { meta: ObjectMeta; record: RecordDetail }) {
  const { t, label } = useText();
  const [form] = Form.useForm<Values>();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const fields = keptFields(meta, record);
  // As if people kept it: what the source's fields hold is where one begins.
  const open = { ...record, from_source: false };
  const faults = useFaults(form, fields);
  const written = () => form.getFieldsValue();
  const leave = useUnsaved(() => hasChanges(fields, written(), open) || Boolean(written()[WHY]));
  const way = wayBack(search) ?? `/records/${meta.key}/${record.uid}`;
  const report = useReport();
  const say = useSay();
  const client = useQueryClient();
  const send = useChange({
    mutationFn: (values: Values) =>
      api.post('/objects/{object}/records/{uid}/corrections', {
        path: { object: meta.key, uid: record.uid },
        body: { values: changesOf(fields, values, open), reason: String(values[WHY]) },
      }),
    onSuccess: () => {
      say(t('correct.sent'));
      void client.invalidateQueries({ queryKey: ['work'] });
      void client.invalidateQueries({ queryKey: ['page'] });
      leave();
      void navigate(way);
    },
    onError: (error) =>
      error instanceof ApiError && isOfForm(error, shownIn(fields)) ? faults.tell(error.findings) : report(error),
  });
  const name = label(meta.labels);
  const title = t('correct.title');
  return (
    <Page
      crumbs={[
        { title: name, path: `/records/${meta.key}` },
        { title: record.display, path: `/records/${meta.key}/${record.uid}` },
        { title },
      ]}
      title={title}
      sub={record.display}
      actions={
        fields.length > 0 && (
          <>
            <Button onClick={() => void navigate(way)}>{t('common.cancel')}</Button>
            <Button type="primary" loading={send.isPending} onClick={() => form.submit()} data-testid="correct-send">
              {t('correct.send')}
            </Button>
          </>
        )
      }
    >
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
      <Panel flush={fields.length === 0}>
        {fields.length === 0 ? (
          <RefusedState title={t('correct.none', { name: inSentence(name) })} />
        ) : (
          <>
            <p className="small ink-2" style={{ marginBottom: 4 }} data-testid="correct-text">
              {t('correct.text')}
            </p>
            <SourceLine source={record.source} />
            <Form<Values>
              form={form}
              layout="vertical"
              className="record-form"
              initialValues={Object.fromEntries(fields.map((field) => [field.key, begun(field, open)]))}
              scrollToFirstError={{ focus: true }}
              onValuesChange={(changed: Values) => faults.settle(Object.keys(changed))}
              onFinish={send.mutate}
            >
              {fields.map((field) => (
                <FormField key={field.key} field={field} record={open} />
              ))}
              <Form.Item
                name={WHY}
                label={t('correct.why')}
                className="wide"
                rules={[{ required: true, whitespace: true, min: SHORTEST, message: t('correct.whyHint') }]}
              >
                <Input.TextArea
                  rows={3}
                  maxLength={4000}
                  placeholder={t('correct.whyHint')}
                  data-testid="correct-why"
                />
              </Form.Item>
              <SubmitOnEnter />
            </Form>
          </>
        )}
      </Panel>
    </Page>
  );
}
