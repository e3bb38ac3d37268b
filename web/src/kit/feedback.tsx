import { App } from 'antd';
import { useCallback } from 'react';
import { ApiError } from '../api/client';
import { useText } from '../app/i18n';

/** Say that an action failed, with the server's sentence, its findings and the request number, until it is closed. */
export function useReport(): (error: unknown) => void {
  const { notification } = App.useApp();
  const { t } = useText();
  return useCallback(
    (error: unknown) => {
      const known = error instanceof ApiError ? error : null;
      if (known?.status === 401) return;
      const lines = [
        known?.status === 0 ? t('state.offlineText') : '',
        ...(known?.findings.map((finding) => finding.message) ?? []),
        known?.requestId ? t('state.requestId', { id: known.requestId }) : '',
      ].filter(Boolean);
      notification.error({
        title: known?.status === 0 ? t('state.offlineTitle') : known?.message || t('state.failed'),
        description: <pre className="message">{lines.join('\n')}</pre>,
        duration: 0,
        placement: 'topRight',
      });
    },
    [notification, t],
  );
}

/** A short confirmation that something is done. */
export function useSay(): (text: string) => void {
  const { message } = App.useApp();
  return useCallback((text: string) => void message.success(text), [message]);
}

export function isStale(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 409 && error.code === 'stale_revision';
}
