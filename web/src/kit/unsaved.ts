import { App } from 'antd';
import { useEffect, useRef } from 'react';
import { useBlocker } from 'react-router';
import { useText } from './i18n';

/**
 * Ask before the page is left while `isDirty` says that something is not saved: by link, menu, back button or tab.
 * Call the function it answers before leaving after a save.
 */
export function useUnsaved(isDirty: () => boolean): () => void {
  const { t } = useText();
  const { modal } = App.useApp();
  const saved = useRef(false);
  const dirty = useRef(isDirty);
  useEffect(() => {
    dirty.current = isDirty;
  });
  const holds = () => !saved.current && dirty.current();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname && holds(),
  );

  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    const question = modal.confirm({
      title: t('unsaved.title'),
      content: t('unsaved.text'),
      okText: t('unsaved.leave'),
      okButtonProps: { danger: true, 'data-testid': 'unsaved-leave' },
      cancelText: t('unsaved.stay'),
      cancelButtonProps: { 'data-testid': 'unsaved-stay' },
      autoFocusButton: 'cancel',
      onOk: () => blocker.proceed(),
      onCancel: () => blocker.reset(),
    });
    return () => question.destroy();
  }, [blocker, modal, t]);

  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (!saved.current && dirty.current()) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, []);

  return () => {
    saved.current = true;
  };
}
