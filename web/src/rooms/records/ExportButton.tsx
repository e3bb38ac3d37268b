import { useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { api, ApiError, download } from '../../api/client';
import type { ObjectMeta, RecordQuery } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { useFormReport } from '../../kit/faults';
import { useReport, useSay } from '../../kit/feedback';
import { useFocusBack } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { SubmitOnEnter } from '../../kit/SubmitOnEnter';

type Props = { meta: ObjectMeta; query: RecordQuery; title?: string; testId?: string };

/** A list, or what is chosen of it, as a file; above the limit somebody else is asked first. */
export function ExportButton({ meta, query: body, title, testId = 'export' }: Props) {
  const { t, label } = useText();
  const report = useReport();
  const say = useSay();
  const [above, setAbove] = useState<ApiError | null>(null);
  const save = useChange({
    mutationFn: () =>
      download.post(`${label(meta.labels)}.xlsx`, '/objects/{object}/export', { path: { object: meta.key }, body }),
    onSuccess: () => say(t('list.exported')),
    onError: (error) =>
      error instanceof ApiError && error.code === 'export.approval_needed' ? setAbove(error) : report(error),
  });
  return (
    <>
      <Button
        icon={<Icon name="download" size={14} />}
        loading={save.isPending}
        onClick={() => save.mutate()}
        data-testid={testId}
      >
        {title ?? t('list.export')}
      </Button>
      {above && <AskDialog object={meta.key} body={body} told={above.message} onClose={() => setAbove(null)} />}
    </>
  );
}

type AskProps = {
  object: string;
  body: RecordQuery;
  told: string;
  onClose: () => void;
};

function AskDialog({ object, body, told, onClose }: AskProps) {
  const { t } = useText();
  useFocusBack();
  const [form] = Form.useForm<{ reason: string }>();
  const client = useQueryClient();
  const report = useFormReport(form);
  const say = useSay();
  const ask = useChange({
    mutationFn: ({ reason }: { reason: string }) =>
      api.post('/objects/{object}/export-requests', { path: { object }, body: { ...body, reason } }),
    onSuccess: () => {
      say(t('export.asked'));
      void client.invalidateQueries({ queryKey: ['work'] });
      onClose();
    },
    onError: report,
  });
  return (
    <Modal
      open
      title={t('export.askTitle')}
      okText={t('export.ask')}
      okButtonProps={{ 'data-testid': 'export-ask' }}
      onOk={() => form.submit()}
      onCancel={onClose}
      confirmLoading={ask.isPending}
      width={460}
    >
      <p className="ink-2">{told}</p>
      <Form form={form} layout="vertical" onFinish={(values) => ask.mutate(values)}>
        <Form.Item
          name="reason"
          label={t('export.reason')}
          extra={t('export.reasonHint')}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input maxLength={500} data-testid="export-reason" />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
