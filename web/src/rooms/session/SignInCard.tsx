import { Button, Input } from 'antd';
import { useId, useState, type ReactNode, type SubmitEvent } from 'react';
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
  const [values, setValues] = useState<Values>({ username: fixedUser ?? '', password: '' });
  const [tried, setTried] = useState(false);
  const id = useId();

  const signIn = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      await api.get('/session');
      // 409: this browser is signed in already, in another tab.
      await auth.login(values.username.trim(), values.password).catch((error: unknown) => {
        if (!(error instanceof ApiError) || error.status !== 409 || error.otherPerson) throw error;
      });
      onSignedIn();
    } catch (error) {
      setRefusal(refusalOf(error));
    } finally {
      setBusy(false);
    }
  };

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (values.username.trim() && values.password) void signIn();
  };
  const set = (key: keyof Values) => (event: { target: { value: string } }) =>
    setValues((before) => ({ ...before, [key]: event.target.value }));
  const missing = (key: keyof Values) => tried && values[key].trim() === '';

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
      <form noValidate onSubmit={submit}>
        <Field id={`${id}-user`} label={t('session.employeeNo')} missing={missing('username')}>
          <Input
            id={`${id}-user`}
            autoComplete="username"
            autoFocus={!fixedUser}
            disabled={Boolean(fixedUser)}
            value={values.username}
            onChange={set('username')}
            status={missing('username') ? 'error' : undefined}
            data-testid="sign-in-employee-no"
          />
        </Field>
        <Field id={`${id}-password`} label={t('session.password')} missing={missing('password')}>
          <Input.Password
            id={`${id}-password`}
            autoComplete="current-password"
            autoFocus={Boolean(fixedUser)}
            value={values.password}
            onChange={set('password')}
            status={missing('password') ? 'error' : undefined}
            data-testid="sign-in-password"
          />
        </Field>
        <Button type="primary" htmlType="submit" block loading={busy} data-testid="sign-in-submit">
          {t('session.signIn')}
        </Button>
      </form>
    </>
  );
}

type FieldProps = { id: string; label: string; missing: boolean; children: ReactNode };

/** A field as forms draw it, without their machinery: this card is a part of every page. */
function Field({ id, label, missing, children }: FieldProps) {
  const { t } = useText();
  return (
    <div className="sign-in-field">
      <label htmlFor={id}>{label}</label>
      {children}
      {missing && (
        <span className="small tone-late" role="alert">
          {t('common.required')}
        </span>
      )}
    </div>
  );
}
