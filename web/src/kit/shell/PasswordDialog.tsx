import { useMutation } from '@tanstack/react-query';
import { Form, Input, Modal } from 'antd';
import { api, ApiError } from '../../api/client';
import { useText } from '../../app/i18n';
import { useSay } from '../feedback';

type Values = { current: string; next: string; repeat: string };

/** Another password; without `onClose` there is no way around it, and `why` says the reason. */
export function PasswordDialog({ open, onDone, onClose, why }: { open: boolean; onDone: () => void; onClose?: () => void; why?: string }) {
  const { t } = useText();
  const say = useSay();
  const [form] = Form.useForm<Values>();
  const change = useMutation({
    mutationFn: ({ current, next }: Values) => api.post('/me/password', { body: { current, new: next } }),
    onSuccess: () => {
      say(t('session.passwordChanged'));
      form.resetFields();
      onDone();
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
      closable={Boolean(onClose)}
      mask={{ closable: Boolean(onClose) }}
      keyboard={Boolean(onClose)}
      cancelButtonProps={{ hidden: !onClose }}
      okButtonProps={{ 'data-testid': 'password-confirm' }}
      width={380}
    >
      {why && <p className="ink-2" style={{ marginBottom: 12 }} data-testid="password-why">{why}</p>}
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
