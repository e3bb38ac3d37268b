import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api, ApiError, auth } from '../../api/client';
import { useText, type Key } from '../../kit/i18n';
import { Icon } from '../../kit/Icon';

type Values = { username: string; password: string };

const LOCKED = /too_many|locked/;

type Refusal = { key: Key } | { text: string; requestId?: string };

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof ApiError)) return { key: 'state.failed' };
  if (error.status === 429 || LOCKED.test(error.code)) return { key: 'session.locked' };
  if (error.status === 0) return { key: 'state.offlineTitle' };
  if (error.status === 403 && error.message) return { text: error.message };
  return error.status < 500 ? { key: 'session.wrong' } : { text: error.message, requestId: error.requestId };
}

type Props = { fixedUser?: string; onSignedIn: () => void };

/** Employee number and password; the employee number is fixed when a session is continued. */
export function SignInCard({ fixedUser, onSignedIn }: Props) {
  const { t } = useText();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  const signIn = async (values: Values) => {
    setBusy(true);
    setRefusal(null);
    try {
      await api.get('/session');
      // 409: this browser is signed in already, in another tab.
      await auth.login(values.username.trim(), values.password).catch((error: unknown) => {
        if (!(error instanceof ApiError) || error.status !== 409) throw error;
      });
      onSignedIn();
    } catch (error) {
      setRefusal(refusalOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      {refusal && (
        <div className="alert" role="alert" data-testid="sign-in-error">
          <Icon name="ban" size={16} />
          {'key' in refusal ? (
            <span>{t(refusal.key)}</span>
          ) : (
            <span>
              {refusal.text}
              {refusal.requestId && <span className="small"> {t('state.requestId', { id: refusal.requestId })}</span>}
            </span>
          )}
        </div>
      )}
      <Form<Values>
        layout="vertical"
        requiredMark={false}
        onFinish={(values) => void signIn(values)}
        initialValues={{ username: fixedUser ?? '' }}
      >
        <Form.Item
          name="username"
          label={t('session.employeeNo')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Input
            autoComplete="username"
            autoFocus={!fixedUser}
            disabled={Boolean(fixedUser)}
            data-testid="sign-in-employee-no"
          />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('session.password')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Input.Password
            autoComplete="current-password"
            autoFocus={Boolean(fixedUser)}
            data-testid="sign-in-password"
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={busy} data-testid="sign-in-submit">
          {t('session.signIn')}
        </Button>
      </Form>
    </>
  );
}
