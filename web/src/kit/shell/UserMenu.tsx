import { useQueryClient } from '@tanstack/react-query';
import { App, Drawer, Dropdown } from 'antd';
import { useState } from 'react';
import { NavLink } from 'react-router';
import { api, auth } from '../../api/client';
import type { Lang, Me, MenuItem } from '../../api';
import { setLanguage, useText } from '../i18n';
import { useChange } from '../change';
import { useReport } from '../feedback';
import { Icon, type IconName } from '../Icon';
import { PasswordDialog } from './PasswordDialog';
import { UserButton } from './UserButton';

type Action = { key: string; icon: IconName; text: string; run: () => void };

/** What one can do with one's own session, for the menu and for the phone's sheet. */
function useOwnActions(openPassword: () => void): Action[] {
  const { t, lang } = useText();
  const { modal } = App.useApp();
  const client = useQueryClient();
  const report = useReport();
  const language = useChange({
    mutationFn: (next: Lang) => api.patch('/me', { body: { lang: next } }),
    onMutate: (next) => {
      setLanguage(next);
      client.setQueryData<Me>(['me'], (me) => me && { ...me, lang: next });
    },
    onSuccess: () => client.invalidateQueries(),
    onError: report,
  });
  const away = { onSuccess: () => window.location.assign('/'), onError: report };
  const leave = useChange({ mutationFn: () => auth.logout(), ...away });
  const leaveAll = useChange({ mutationFn: () => api.post('/me/sign-out-everywhere'), ...away });
  const other: Lang = lang === 'zh' ? 'en' : 'zh';
  return [
    {
      key: 'language',
      icon: 'language',
      text: t('shell.language'),
      run: () => language.mutate(other),
    },
    { key: 'password', icon: 'key', text: t('shell.changePassword'), run: openPassword },
    { key: 'sign-out', icon: 'out', text: t('shell.signOut'), run: () => leave.mutate() },
    {
      key: 'sign-out-everywhere',
      icon: 'app',
      text: t('shell.signOutEverywhere'),
      run: () =>
        void modal.confirm({
          title: t('shell.signOutEverywhere'),
          content: t('shell.signOutEverywhereText'),
          okText: t('shell.signOutEverywhere'),
          okButtonProps: { danger: true },
          onOk: () => leaveAll.mutate(),
        }),
    },
  ];
}

/** Loaded when it is first opened, and open then. */
export function UserMenu({ me }: { me: Me }) {
  const [open, setOpen] = useState(true);
  const [password, setPassword] = useState(false);
  const actions = useOwnActions(() => setPassword(true));
  const items = actions.map((action) => ({
    key: action.key,
    icon: <Icon name={action.icon} size={14} />,
    label: <span data-testid={`user-${action.key}`}>{action.text}</span>,
    onClick: action.run,
  }));
  return (
    <>
      <Dropdown trigger={['click']} open={open} onOpenChange={setOpen} menu={{ items }} placement="bottomRight">
        <UserButton me={me} autoFocus />
      </Dropdown>
      <PasswordDialog open={password} onClose={() => setPassword(false)} />
    </>
  );
}

type SheetProps = { me: Me; rest: MenuItem[]; open: boolean; onClose: () => void };

/** On a phone: the rest of the menu and one's own session. */
export function UserSheet({ me, rest, open, onClose }: SheetProps) {
  const { label } = useText();
  const [password, setPassword] = useState(false);
  const actions = useOwnActions(() => setPassword(true));
  return (
    <>
      <Drawer
        open={open}
        onClose={onClose}
        placement="bottom"
        size="auto"
        title={`${me.name}  ${me.units[0]?.name ?? ''}`}
      >
        <div className="sheet-list">
          {rest.map((item) => (
            <NavLink key={item.key} to={item.path} onClick={onClose} data-testid={`menu-${item.key}`}>
              <Icon name={item.icon} size={18} />
              {label(item.labels)}
            </NavLink>
          ))}
          {actions.map((action) => (
            <button
              key={action.key}
              type="button"
              className="plain"
              data-testid={`user-${action.key}`}
              onClick={() => {
                onClose();
                action.run();
              }}
            >
              <Icon name={action.icon} size={18} />
              {action.text}
            </button>
          ))}
        </div>
      </Drawer>
      <PasswordDialog open={password} onClose={() => setPassword(false)} />
    </>
  );
}
