import type { UserRow } from '../../api';
import { useText } from '../../kit/i18n';
import { DataTable, type Column } from '../../kit/DataTable';
import { useListName } from '../../kit/hooks';
import { Nothing } from '../../kit/figures';
import { date, datetime, time } from '../../kit/format';
import { Tag, type Tone } from '../../kit/marks';
import { dueOf, postOf, signInOf, type SignIn } from './shown';

const TONES: Record<SignIn, Tone> = {
  ended: 'plain',
  locked: 'late',
  password: 'attention',
  never: 'dashed',
  fine: 'done',
};

/** Whether somebody can sign in, and if not why. */
export function SignInTag({ user }: { user: UserRow }) {
  const { t } = useText();
  const state = signInOf(user);
  return <Tag tone={TONES[state]}>{t(`user.state.${state}`)}</Tag>;
}

/** What is to be done about somebody, in words; at a lock until when it lasts. */
export function useDueSaid(): (user: UserRow) => string[] {
  const { t, label } = useText();
  return (user) =>
    dueOf(user).map((due) =>
      t(`user.do.${due}`, {
        until: user.locked_until ? time(user.locked_until) : '',
        day: date(user.ending?.valid_to),
        role: label(user.ending?.labels),
      }),
    );
}

type Props = { items: UserRow[]; selected?: string; onOpen: (row: UserRow) => void };

export function UserTable({ items, selected, onOpen }: Props) {
  const { t, label } = useText();
  const said = useDueSaid();
  const post = (row: UserRow) => {
    const shown = postOf(row);
    return shown && `${shown.unit_name} ${label(shown.labels)}`;
  };
  const term = (row: UserRow) => {
    const shown = postOf(row);
    return (
      shown &&
      t(shown.valid_to ? 'user.fromTo' : 'user.from', { from: date(shown.valid_from), to: date(shown.valid_to) })
    );
  };
  const inOneLine = (row: UserRow) =>
    row.coming ? t('user.comingPost', { post: post(row) ?? '', day: date(row.coming.valid_from) }) : post(row);
  const due = (row: UserRow) => {
    const words = said(row);
    if (words.length === 0) return row.active ? <span className="ink-3">{t('user.do.none')}</span> : <Nothing />;
    return (
      <span className={row.locked_until ? 'tone-late' : 'tone-attention'}>{words.join(t('common.semicolon'))}</span>
    );
  };
  const columns: Column<UserRow>[] = [
    {
      key: 'name',
      title: t('user.person'),
      tight: true,
      render: (row) => (
        <>
          <button type="button" className="plain link" onClick={() => onOpen(row)}>
            {row.name}
          </button>{' '}
          <span className="ink-3">{row.employee_no}</span>
          {row.holds.length > 1 && (
            <>
              {' '}
              <Tag>{t('user.postsHeld', { n: row.holds.length })}</Tag>
            </>
          )}
        </>
      ),
    },
    {
      key: 'post',
      title: t('user.post'),
      render: (row) => (
        <>
          {post(row) ?? <Nothing />}
          {row.coming && (
            <>
              {' '}
              <Tag>{t('user.post.coming')}</Tag>
            </>
          )}
        </>
      ),
    },
    {
      key: 'term',
      title: t('user.term'),
      tight: true,
      render: (row) => <span className="ink-2">{term(row) ?? <Nothing />}</span>,
    },
    { key: 'state', title: t('user.signIn'), tight: true, render: (row) => <SignInTag user={row} /> },
    {
      key: 'last',
      title: t('user.lastSignIn'),
      tight: true,
      render: (row) => <span className="ink-2">{datetime(row.last_sign_in)}</span>,
    },
    { key: 'due', title: t('user.next'), render: due },
  ];
  const list = useListName('users');
  return (
    <DataTable
      list={list}
      columns={columns}
      rows={items}
      rowKey={(row) => row.uid}
      selected={selected}
      onOpen={onOpen}
      testId="user-row"
      rowClass={(row) => (signInOf(row) === 'locked' ? 'late-row' : dueOf(row).length > 0 ? 'attention-row' : '')}
      twoLine={(row) => ({
        title: `${row.name}  ${row.employee_no}`,
        sub: said(row).join(t('common.semicolon')) || inOneLine(row) || '',
        end: <SignInTag user={row} />,
        endSub: datetime(row.last_sign_in),
      })}
    />
  );
}
