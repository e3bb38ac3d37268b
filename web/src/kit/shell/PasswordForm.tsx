import { Button, Form, Input, type FormInstance } from 'antd';
import { api, ApiError } from '../../api/client';
import { useMe } from '../../api/hooks';
import { useText } from '../i18n';
import { useChange } from '../change';
import { useReport, useSay } from '../feedback';

type Values = { current: string; next: string; repeat: string };

/** The field that a refusal is about. */
const FIELD: Record<string, 'current' | 'next'> = {
  'organization.wrong_password': 'current',
  'organization.weak_password': 'next',
};

/** Another password: the rule stands under its field before anything is typed, and what breaks it is said there. */
export function PasswordForm({ onDone, onCancel }: { onDone: () => void; onCancel?: () => void }) {
  const { t, label } = useText();
  const [form] = Form.useForm<Values>();
  const change = usePasswordChange(form, onDone);
  const me = useMe();
  const rule = me.data?.password_rules.map(label).join(t('common.semicolon'));
  const rules = [{ required: true, message: t('common.required') }];
  return (
    <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={(values) => change.mutate(values)}>
      <Form.Item name="current" label={t('session.currentPassword')} rules={rules}>
        <Input.Password autoComplete="current-password" autoFocus data-testid="password-current" />
      </Form.Item>
      <Form.Item
        name="next"
        label={t('session.newPassword')}
        rules={rules}
        extra={rule && <span data-testid="password-rule">{rule}</span>}
      >
        <Input.Password autoComplete="new-password" data-testid="password-new" />
      </Form.Item>
      <Form.Item
        name="repeat"
        label={t('session.repeatPassword')}
        dependencies={['next']}
        rules={[
          ...rules,
          {
            validator: (_, value) =>
              value === form.getFieldValue('next')
                ? Promise.resolve()
                : Promise.reject(new Error(t('session.mismatch'))),
          },
        ]}
      >
        <Input.Password autoComplete="new-password" data-testid="password-repeat" />
      </Form.Item>
      <div className="row gap-8" style={{ justifyContent: 'flex-end' }}>
        {onCancel && <Button onClick={onCancel}>{t('common.cancel')}</Button>}
        <Button
          type="primary"
          htmlType="submit"
          block={!onCancel}
          loading={change.isPending}
          data-testid="password-confirm"
        >
          {t('shell.changePassword')}
        </Button>
      </div>
    </Form>
  );
}

function usePasswordChange(form: FormInstance<Values>, onDone: () => void) {
  const { t } = useText();
  const say = useSay();
  const report = useReport();
  return useChange({
    mutationFn: ({ current, next }: Values) => api.post('/me/password', { body: { current, new: next } }),
    onSuccess: () => {
      say(t('session.passwordChanged'));
      form.resetFields();
      onDone();
    },
    onError: (error) => {
      const name = error instanceof ApiError ? FIELD[error.code] : undefined;
      if (!name) return report(error);
      form.setFields([{ name, errors: [error.message] }]);
      form.scrollToField(name, { focus: true });
    },
  });
}
