import { App } from 'antd';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useBlocker } from 'react-router';
import { useText, type Translate } from './i18n';

/** The state of an address that a page keeps of itself, as a list its order: such a one takes nothing away. */
export const KEPT_BY_PAGE = { own: true };

export const isKeptByPage = (state: unknown) => (state as Partial<typeof KEPT_BY_PAGE> | null)?.own === true;

/** Whatever on the page holds something that is not saved, and how it is gone back to. */
type Holder = { holds: () => boolean; back: () => void };
const holders = new Set<Holder>();

const holding = () => [...holders].find(({ holds }) => holds());

const asked = (t: Translate) => ({
  title: t('unsaved.title'),
  content: t('unsaved.text'),
  okText: t('unsaved.leave'),
  okButtonProps: { danger: true, 'data-testid': 'unsaved-leave' },
  cancelText: t('unsaved.stay'),
  cancelButtonProps: { 'data-testid': 'unsaved-stay' },
  autoFocusButton: 'cancel' as const,
  // What was clicked to leave had the focus last; who stays goes on with what is not saved.
  afterClose: () => holding()?.back(),
});

/** Ask before something inside the page takes away what is not saved, as the next page of a list does; then do it. */
export function useLeaving(): (go: () => void) => void {
  const { t } = useText();
  const { modal } = App.useApp();
  return (go) => {
    if (holding()) modal.confirm({ ...asked(t), onOk: () => go() });
    else go();
  };
}

/**
 * Ask before the page is left while `isDirty` says that something is not saved: by link, menu, back button or tab.
 * Call the function it answers before leaving after a save. `back` gives the focus to what holds it, for whoever stays.
 */
export function useUnsaved(isDirty: () => boolean, back?: () => void): () => void {
  const { t } = useText();
  const { modal } = App.useApp();
  const saved = useRef(false);
  const dirty = useRef(isDirty);
  const goBack = useEffectEvent(() => back?.());
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
    const holder = { holds: holdsNow, back: () => goBack() };
    holders.add(holder);
    window.addEventListener('beforeunload', ask);
    return () => {
      holders.delete(holder);
      window.removeEventListener('beforeunload', ask);
    };
  }, []);

  return () => {
    saved.current = true;
  };
}
