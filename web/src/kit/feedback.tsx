import { useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useCallback, useEffect, useId } from 'react';
import { useLocation } from 'react-router';
import { ApiError } from '../api/client';
import type { Finding } from '../api';
import { useText, type Translate } from './i18n';
import { Icon } from './Icon';

const SECONDS = 8;

/** A fault of the request as it was sent: its sentence says nothing of its place. */
const isOfRequest = (finding: Finding) => finding.code.startsWith('request.');

/** What is said about a failed action: the server's sentence, its findings and the request number. */
export function failureWords(error: unknown, t: Translate): { title: string; lines: string[] } {
  const known = error instanceof ApiError ? error : null;
  const offline = known?.status === 0;
  return {
    title: offline ? t('state.offlineTitle') : known?.message || t('state.failed'),
    lines: [
      offline ? t('state.offlineText') : '',
      ...(known?.findings.map((finding) =>
        isOfRequest(finding) && finding.path
          ? `${finding.path}${t('common.colon')}${finding.message}`
          : finding.message,
      ) ?? []),
      known?.requestId ? t('state.requestId', { id: known.requestId }) : '',
    ].filter(Boolean),
  };
}

/** What is said over the whole page: the session has ended, or it is somebody else's. */
const isOfSession = (error: unknown) => error instanceof ApiError && (error.signedOut || error.otherPerson);

/** Say that an action failed; the notice goes by itself, when a later action succeeds, or with the page. */
export function useReport(): (error: unknown) => void {
  const { notification } = App.useApp();
  const { t } = useText();
  const client = useQueryClient();
  const { pathname } = useLocation();
  const key = useId();
  useEffect(() => {
    const close = () => notification.destroy(key);
    const stop = client.getMutationCache().subscribe((event) => {
      if (event.type === 'updated' && event.action.type === 'success') close();
    });
    return () => {
      stop();
      close();
    };
  }, [client, notification, key, pathname]);
  return useCallback(
    (error: unknown) => {
      if (isOfSession(error)) return;
      const { title, lines } = failureWords(error, t);
      notification.error({
        key,
        title,
        description: lines.length > 0 && <pre className="message">{lines.join('\n')}</pre>,
        duration: SECONDS,
        pauseOnHover: true,
        placement: 'bottomLeft',
        className: 'failure-notice',
      });
    },
    [notification, t, key],
  );
}

/** A failed action told beside its button, where a notice would hide the next step. */
export function FailureLine({ error }: { error: unknown }) {
  const { t } = useText();
  if (!error || isOfSession(error)) return null;
  const { title, lines } = failureWords(error, t);
  return (
    <div className="alert failure-line" role="alert" data-testid="failure-line">
      <Icon name="alert" />
      <div>
        <b>{title}</b>
        {lines.map((line) => (
          <p key={line} className="small">
            {line}
          </p>
        ))}
      </div>
    </div>
  );
}

/** A short confirmation that something is done. */
export function useSay(): (text: string) => void {
  const { message } = App.useApp();
  return useCallback((text: string) => void message.success(text), [message]);
}

/** A word about what is no longer as the screen shows it; said once, however many notice. */
export function useTell(): (text: string) => void {
  const { message } = App.useApp();
  return useCallback((text: string) => void message.warning({ content: text, key: text, duration: 5 }), [message]);
}

export function isStale(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 409 && error.code === 'stale_revision';
}
