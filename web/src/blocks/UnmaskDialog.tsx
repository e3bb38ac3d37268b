import { useQueryClient } from '@tanstack/react-query';
import { Form, Input, Modal } from 'antd';
import { api, ApiError } from '../api/client';
import { useText } from '../kit/i18n';
import { useChange } from '../kit/change';
import { useReport } from '../kit/feedback';

const ABOUT_REASON = ['record.reason_required', 'record.unmask_series'];

function aboutReason(error: unknown): error is ApiError {
  return error instanceof ApiError && ABOUT_REASON.includes(error.code);
}

type Props = {
  object: string;
  uid: string;
  field: string;
  label: string;
  /** The work that proposes the value, where it is not the record's own. */
  work?: string;
  open: boolean;
  onClose: () => void;
  onShown: (value: string) => void;
};

/** Why one wants to see it: the reason is recorded with the look. */
export function UnmaskDialog({ object, uid, field, label, work, open, onClose, onShown }: Props) {
  const { t } = useText();
  const report = useReport();
  const client = useQueryClient();
  const [form] = Form.useForm<{ reason: string }>();
  const ask = useChange({
    mutationFn: (reason: string) =>
      work
        ? api.post('/work/{uid}/unmask', { path: { uid: work }, body: { field, reason } })
        : api.post('/objects/{object}/records/{uid}/unmask', { path: { object, uid }, body: { field, reason } }),
    onSuccess: (answer) => {
      onShown(String(answer.value));
      // The look is recorded: whoever shows the record's log shows it now.
      void client.invalidateQueries({ queryKey: ['record-history', object, uid] });
      void client.invalidateQueries({ queryKey: ['page'] });
    },
    // What is wrong with the reason stands under it, where another one is written.
    onError: (error) =>
      aboutReason(error) ? form.setFields([{ name: 'reason', errors: [error.message] }]) : report(error),
  });
  return (
    <Modal
      open={open}
      title={t('unmask.title', { field: label })}
      okText={t('unmask.show')}
      okButtonProps={{ 'data-testid': 'unmask-confirm' }}
      confirmLoading={ask.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
      width={420}
      destroyOnHidden
    >
      <p className="ink-2" style={{ marginBottom: 12 }}>
        {t('unmask.text')}
      </p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => ask.mutate(values.reason)}>
        <Form.Item
          name="reason"
          label={t('unmask.reason')}
          rules={[{ required: true, min: 4, message: t('unmask.reasonHint') }]}
        >
          <Input.TextArea rows={3} autoFocus data-testid="unmask-reason" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
