import { App } from 'antd';
import { useEffect, useRef } from 'react';
import { useBlocker } from 'react-router';
import { useText, type Translate } from './i18n';

/** The state of an address that a page keeps of itself, as a list its order: such a one takes nothing away. */
export const KEPT_BY_PAGE = { own: true };

export const isKeptByPage = (state: unknown) => (state as Partial<typeof KEPT_BY_PAGE> | null)?.own === true;

/** Whatever on the page holds something that is not saved. */
const holders = new Set<() => boolean>();

const asked = (t: Translate) => ({
  title: t('unsaved.title'),
  content: t('unsaved.text'),
  okText: t('unsaved.leave'),
  okButtonProps: { danger: true, 'data-testid': 'unsaved-leave' },
  cancelText: t('unsaved.stay'),
  cancelButtonProps: { 'data-testid': 'unsaved-stay' },
  autoFocusButton: 'cancel' as const,
});

/** Ask before something inside the page takes away what is not saved, as the next page of a list does; then do it. */
export function useLeaving(): (go: () => void) => void {
  const { t } = useText();
  const { modal } = App.useApp();
  return (go) => {
    if ([...holders].some((holds) => holds())) modal.confirm({ ...asked(t), onOk: () => go() });
    else go();
  };
}

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
  const blocker = useBlocker(({ currentLocation, nextLocation }) => {
    const stays = currentLocation.pathname === nextLocation.pathname && isKeptByPage(nextLocation.state);
    return !stays && holds();
  });

  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    const question = modal.confirm({
      ...asked(t),
      onOk: () => blocker.proceed(),
      onCancel: () => blocker.reset(),
    });
    return () => question.destroy();
  }, [blocker, modal, t]);

  useEffect(() => {
    const holdsNow = () => !saved.current && dirty.current();
    const ask = (event: BeforeUnloadEvent) => {
      if (holdsNow()) event.preventDefault();
    };
    holders.add(holdsNow);
    window.addEventListener('beforeunload', ask);
    return () => {
      holders.delete(holdsNow);
      window.removeEventListener('beforeunload', ask);
    };
  }, []);

  return () => {
    saved.current = true;
  };
}
