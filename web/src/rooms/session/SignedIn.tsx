import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useEffect, useEffectEvent, useMemo, useState } from 'react';
import { Outlet } from 'react-router';
import { ApiError, auth, onOtherPerson, onSignInRequired } from '../../api/client';
import { useMe } from '../../api/hooks';
import { onWindows, tellWindows } from '../../api/windows';
import type { Me } from '../../api';
import { setLanguage, useText } from '../../kit/i18n';
import { setServerNow, shanghai } from '../../kit/clock';
import { setCurrentYear } from '../../kit/format';
import { HeadProvider } from '../../kit/Page';
import { ErrorState, Skeleton } from '../../kit/states';
import { Shell } from '../../kit/shell/Shell';
import { Unreachable } from '../../kit/shell/Unreachable';
import { Entrance } from './Entrance';
import { useIdle } from './useIdle';

// Whoever is signed in draws none of these on the way to the first page.
const SignInPage = lazy(async () => ({ default: (await import('./SignInPage')).SignInPage }));
const SessionEnded = lazy(async () => ({ default: (await import('./SessionEnded')).SessionEnded }));
const OtherPerson = lazy(async () => ({ default: (await import('./OtherPerson')).OtherPerson }));
const PasswordForm = lazy(async () => ({ default: (await import('../../kit/shell/PasswordForm')).PasswordForm }));

/** The gate: nobody signed in, signed in, or signed in and run out, with the page kept underneath. */
export function SignedIn() {
  const me = useMe();
  const isOther = useOtherPerson(me.data?.employee_no);
  if (isOther)
    return (
      <Suspense>
        <OtherPerson />
      </Suspense>
    );
  if (me.data && !me.data.password_due) return <Inside me={me.data} />;
  return (
    <>
      <Unreachable />
      <Outside me={me} />
    </>
  );
}

/** Whether somebody else is signed in than whom this page stands for, as the server or another window says. */
function useOtherPerson(person: string | undefined): boolean {
  const [isOther, setOther] = useState(false);
  useEffect(() => onOtherPerson(() => setOther(true)), []);
  useEffect(
    () => onWindows((now) => setOther((before) => before || (now !== null && person !== undefined && now !== person))),
    [person],
  );
  return isOther;
}

function Outside({ me }: { me: ReturnType<typeof useMe> }) {
  const client = useQueryClient();
  if (me.data?.password_due) return <PasswordFirst me={me.data} due={me.data.password_due} />;
  if (me.isError) {
    if (me.error instanceof ApiError && me.error.status === 401) {
      return (
        <Suspense fallback={<Skeleton rows={3} />}>
          <SignInPage onSignedIn={() => void client.resetQueries({ queryKey: ['me'] })} />
        </Suspense>
      );
    }
    return <ErrorState error={me.error} retry={() => void me.refetch()} />;
  }
  return <Skeleton rows={12} />;
}

/** A password that somebody else made, or that is too old, is changed before anything else. */
function PasswordFirst({ me, due }: { me: Me; due: 'given' | 'age' }) {
  const { t } = useText();
  const client = useQueryClient();
  const [isOver, setOver] = useState(false);
  useEffect(() => onSignInRequired(() => setOver(true)), []);
  return (
    <Entrance title={t('shell.changePassword')}>
      <p className="ink-2" style={{ marginBottom: 12 }} data-testid="password-why">
        {t(`session.passwordDue.${due}`)}
      </p>
      <Suspense fallback={<Skeleton rows={3} />}>
        <PasswordForm onDone={() => void client.invalidateQueries()} />
      </Suspense>
      <p className="small" style={{ marginTop: 12 }}>
        <button
          type="button"
          className="plain link"
          onClick={() =>
            void auth
              .logout()
              .catch(() => undefined)
              .then(() => window.location.assign('/'))
          }
          data-testid="password-leave"
        >
          {t('session.otherUser')}
        </button>
      </p>
      <Suspense>{isOver && <SessionEnded me={me} idle={false} onResume={() => setOver(false)} />}</Suspense>
    </Entrance>
  );
}

function Inside({ me }: { me: Me }) {
  const client = useQueryClient();
  const [ended, setEnded] = useState<'expired' | 'idle' | null>(null);
  const expire = useCallback(() => setEnded((before) => before ?? 'expired'), []);
  useEffect(() => onSignInRequired(expire), [expire]);
  useEffect(() => setLanguage(me.lang), [me.lang]);
  useMemo(() => followClock(me.clock.now), [me.clock.now]);

  const idle = useCallback(() => {
    setEnded('idle');
    void auth.logout().catch(() => undefined);
  }, []);
  useIdle(me.idle_timeout_seconds, ended === null, idle);

  const resume = () => {
    setEnded(null);
    void client.invalidateQueries();
    tellWindows(me.employee_no);
  };
  useEffect(() => tellWindows(me.employee_no), [me.employee_no]);
  const follow = useEffectEvent((now: string | null) => {
    if (now === null) expire();
    else if (ended !== null && now === me.employee_no) resume();
  });
  useEffect(() => onWindows((now) => follow(now)), []);
  return (
    <HeadProvider>
      <Shell me={me}>
        <Outlet />
      </Shell>
      <Suspense>{ended && <SessionEnded me={me} idle={ended === 'idle'} onResume={resume} />}</Suspense>
    </HeadProvider>
  );
}

/** Set before the page is drawn: its dates leave out the server's current year. */
function followClock(now: string): void {
  setServerNow(now);
  const year = shanghai(now)?.year;
  if (year) setCurrentYear(year);
}
