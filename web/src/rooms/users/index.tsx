import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useEffect, useEffectEvent, useState } from 'react';
import { api } from '../../api/client';
import { useCan } from '../../api/hooks';
import type { GivenPassword, Users } from '../../api';
import { useText } from '../../kit/i18n';
import { decimal } from '../../kit/format';
import { useDebounced } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { LiveStamp } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { Empty, ErrorState, Skeleton } from '../../kit/states';
import { Tabs } from '../../kit/Tabs';
import { GivenPasswordDialog, ImportDialog, NewUserDialog } from './NewUsers';
import { PARTS, useShown, type Part, type Shown } from './shown';
import { UserDrawer } from './UserDrawer';
import { UserTable } from './UserTable';
import { addStrings } from '../../kit/strings';
import { users } from '../../kit/strings/users';

addStrings(users);

const REST_MS = 250;

function useUsers({ part, q }: Shown) {
  return useInfiniteQuery({
    queryKey: ['users', part, q],
    queryFn: ({ pageParam, signal }) =>
      api.get('/users', { query: { show: part ?? undefined, q, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** Who signs in, in which posts, and what is due about whom. */
export function UserListPage() {
  const { t } = useText();
  const { shown, show } = useShown();
  const [dialog, setDialog] = useState<'new' | 'import' | null>(null);
  const [given, setGiven] = useState<GivenPassword | null>(null);
  const mayAdd = useCan('user.create');
  const users = useUsers(shown);
  const first = users.data?.pages[0];
  return (
    <Page
      crumbs={[{ title: t('user.title') }]}
      title={t('user.title')}
      sub={first && t('user.count', { n: decimal(first.total, 0) })}
      actions={
        <>
          <LiveStamp at={users.dataUpdatedAt} />
          {mayAdd && (
            <Button
              onClick={() => setDialog('import')}
              icon={<Icon name="upload" size={14} />}
              data-testid="users-import"
            >
              {t('user.import')}
            </Button>
          )}
          {mayAdd && (
            <Button
              type="primary"
              onClick={() => setDialog('new')}
              icon={<Icon name="plus" size={14} />}
              data-testid="user-add"
            >
              {t('user.add')}
            </Button>
          )}
        </>
      }
    >
      <div className="blocks">
        {first && <Headline users={first} onShow={(part) => show({ part })} />}
        <List users={users} shown={shown} show={show} />
      </div>
      <UserDrawer uid={shown.user} onClose={() => show({ user: undefined })} onPassword={setGiven} />
      {dialog === 'new' && <NewUserDialog onClose={() => setDialog(null)} onMade={setGiven} />}
      {dialog === 'import' && <ImportDialog onClose={() => setDialog(null)} />}
      <GivenPasswordDialog given={given} onClose={() => setGiven(null)} />
    </Page>
  );
}

/** One sentence that says what is due; each part of it leads to whom it is about. */
function Headline({ users: { counts, ending_days }, onShow }: { users: Users; onShow: (part: Part) => void }) {
  const { t } = useText();
  const facts = (
    [
      ['locked', 'user.attentionLocked', 'tone-late'],
      ['password', 'user.attentionPassword', ''],
      ['ending', 'user.attentionEnding', ''],
    ] as const
  ).filter(([part]) => counts[part] > 0);
  return (
    <Panel id="user-headline">
      <b role="status">
        {counts.attention === 0 ? t('user.calm') : t('user.attention', { n: decimal(counts.attention, 0) })}
        {facts.map(([part, key, tone], index) => (
          <span key={part}>
            {index > 0 && t('common.semicolon')}
            <button
              type="button"
              className={`plain link ${tone}`}
              onClick={() => onShow(part)}
              data-testid={`attention-${part}`}
            >
              {t(key, { n: decimal(counts[part], 0), days: ending_days })}
            </button>
          </span>
        ))}
      </b>
    </Panel>
  );
}

type ListProps = { users: ReturnType<typeof useUsers>; shown: Shown; show: (change: Partial<Shown>) => void };

function List({ users, shown, show }: ListProps) {
  const { t } = useText();
  const first = users.data?.pages[0];
  const items = users.data?.pages.flatMap((page) => page.items) ?? [];
  const count = (part: Part | null) => first && decimal(part ? first.counts[part] : first.total, 0);
  const tabs = [null, ...PARTS].map((part) => ({
    key: part ?? 'all',
    title: t(`user.part.${part ?? 'all'}`),
    count: count(part),
  }));
  return (
    <Panel flush>
      <Tabs
        items={tabs}
        value={shown.part ?? 'all'}
        onChange={(key) => show({ part: PARTS.find((part) => part === key) ?? null })}
        label={t('user.title')}
      />
      <div className="filter-bar">
        <Find q={shown.q} onFind={(q) => show({ q })} />
      </div>
      {users.isPending && <Skeleton rows={12} />}
      {users.isError && !users.data && <ErrorState error={users.error} retry={() => void users.refetch()} />}
      {users.data && (
        <div className={users.isPlaceholderData ? 'fading' : ''}>
          {items.length > 0 ? (
            <UserTable items={items} selected={shown.user} onOpen={(row) => show({ user: row.uid })} />
          ) : (
            <None shown={shown} show={show} />
          )}
        </div>
      )}
      {items.length > 0 && (
        <footer className="panel-foot">
          <span className="small ink-2">
            {t('user.shownOf', { shown: decimal(items.length, 0), n: decimal(first?.found ?? 0, 0) })}
          </span>
          {users.hasNextPage && (
            <Button
              className="right"
              size="small"
              loading={users.isFetchingNextPage}
              onClick={() => void users.fetchNextPage()}
              data-testid="users-more"
            >
              {t('common.loadMore')}
            </Button>
          )}
        </footer>
      )}
    </Panel>
  );
}

/** What is typed goes to the address after a rest; what the address says otherwise is shown. */
function Find({ q, onFind }: { q: string; onFind: (q: string) => void }) {
  const { t } = useText();
  const [typed, setTyped] = useState(q);
  const settled = useDebounced(typed, REST_MS);
  // Only what is typed is told; the address alone changes nothing here.
  const tell = useEffectEvent((found: string) => {
    if (found !== q) onFind(found);
  });
  useEffect(() => tell(settled.trim()), [settled]);
  return (
    <Input
      prefix={<Icon name="search" size={14} />}
      placeholder={t('user.find')}
      aria-label={t('user.find')}
      value={typed}
      maxLength={64}
      onChange={(event) => setTyped(event.target.value)}
      allowClear
      className="find"
      data-testid="list-search"
    />
  );
}

function None({ shown, show }: { shown: Shown; show: (change: Partial<Shown>) => void }) {
  const { t } = useText();
  const all = (
    <Button onClick={() => show({ part: null })} data-testid="users-all">
      {t('user.part.all')}
    </Button>
  );
  return (
    <Empty
      icon="filter"
      title={shown.q ? t('user.noneFound') : t('user.nonePart')}
      text={shown.q || undefined}
      actions={shown.part ? all : undefined}
    />
  );
}
