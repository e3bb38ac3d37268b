import { useMutation } from '@tanstack/react-query';
import { Form, Input, Modal } from 'antd';
import { ApiError, auth } from '../../api/client';
import { useText } from '../../app/i18n';
import { useSay } from '../feedback';

type Values = { current: string; next: string; repeat: string };

export function PasswordDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText();
  const say = useSay();
  const [form] = Form.useForm<Values>();
  const change = useMutation({
    mutationFn: (values: Values) => auth.changePassword(values.current, values.next),
    onSuccess: () => {
      say(t('session.passwordChanged'));
      form.resetFields();
      onClose();
    },
  });
  const rules = [{ required: true, message: t('common.required') }];
  const error = change.error instanceof ApiError ? change.error : null;
  return (
    <Modal
      open={open}
      title={t('shell.changePassword')}
      okText={t('shell.changePassword')}
      confirmLoading={change.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
      width={380}
    >
      {error && (
        <div className="alert" role="alert">
          {error.findings.map((finding) => finding.message).join(' ') || error.message || t('state.failed')}
        </div>
      )}
      <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={(values) => change.mutate(values)}>
        <Form.Item name="current" label={t('session.currentPassword')} rules={rules}>
          <Input.Password autoComplete="current-password" data-testid="password-current" />
        </Form.Item>
        <Form.Item name="next" label={t('session.newPassword')} rules={rules}>
          <Input.Password autoComplete="new-password" data-testid="password-new" />
        </Form.Item>
        <Form.Item
          name="repeat"
          label={t('session.repeatPassword')}
          dependencies={['next']}
          rules={[
            ...rules,
            { validator: (_, value) => (value === form.getFieldValue('next') ? Promise.resolve() : Promise.reject(new Error(t('session.mismatch')))) },
          ]}
        >
          <Input.Password autoComplete="new-password" data-testid="password-repeat" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
