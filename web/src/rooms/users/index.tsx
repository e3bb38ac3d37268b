import { useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { api } from '../../api/client';
import { useCan } from '../../api/hooks';
import type { GivenPassword, UserRow } from '../../api';
import { useText } from '../../app/i18n';
import { DataTable, type Column } from '../../kit/DataTable';
import { datetime } from '../../kit/format';
import { Icon } from '../../kit/Icon';
import { LiveStamp, Tag } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { Empty, QueryState } from '../../kit/states';
import { GivenPasswordDialog, ImportDialog, NewUserDialog } from './NewUsers';
import { UserDrawer } from './UserDrawer';

export function UserListPage() {
  const { t } = useText();
  const [q, setQ] = useState('');
  const [shown, setShown] = useSearchParams();
  const [dialog, setDialog] = useState<'new' | 'import' | null>(null);
  const [given, setGiven] = useState<GivenPassword | null>(null);
  const mayAdd = useCan('user.create');
  const close = () => setShown({}, { replace: true });
  const query = useQuery({ queryKey: ['users'], queryFn: ({ signal }) => api.get('/users', { signal }) });
  const find = q.trim().toLowerCase();
  return (
    <Page crumbs={[{ title: t('user.title') }]} title={t('user.title')} sub={query.data && t('user.count', { n: query.data.items.length })} actions={<>
        <LiveStamp at={query.dataUpdatedAt} />
        {mayAdd && <Button onClick={() => setDialog('import')} icon={<Icon name="upload" size={14} />} data-testid="users-import">{t('user.import')}</Button>}
        {mayAdd && <Button type="primary" onClick={() => setDialog('new')} icon={<Icon name="plus" size={14} />} data-testid="user-add">{t('user.add')}</Button>}
      </>}
    >
      <Panel flush>
        <div className="filter-bar">
          <Input prefix={<Icon name="search" size={14} />} placeholder={t('user.find')} value={q} onChange={(event) => setQ(event.target.value)} allowClear className="find" data-testid="list-search" />
        </div>
        <QueryState query={query} rows={12}>
          {({ items }) => {
            const found = items.filter((user) => `${user.name}${user.employee_no}`.toLowerCase().includes(find));
            return found.length > 0 ? <UserTable items={found} selected={shown.get('user') ?? undefined} onOpen={(row) => setShown({ user: row.uid })} /> : <Empty title={t('shell.searchNone', { q })} />;
          }}
        </QueryState>
      </Panel>
      <UserDrawer uid={shown.get('user') ?? undefined} onClose={close} onPassword={setGiven} />
      {dialog === 'new' && <NewUserDialog onClose={() => setDialog(null)} onMade={setGiven} />}
      {dialog === 'import' && <ImportDialog onClose={() => setDialog(null)} />}
      <GivenPasswordDialog given={given} onClose={() => setGiven(null)} />
    </Page>
  );
}

function UserTable({ items, selected, onOpen }: { items: UserRow[]; selected?: string; onOpen: (row: UserRow) => void }) {
  const { t, label } = useText();
  const roles = (row: UserRow) => row.roles.map(label);
  const units = (row: UserRow) => row.units.join(t('common.and'));
  const columns: Column<UserRow>[] = [
    { key: 'no', title: t('user.employeeNo'), tight: true, render: (row) => row.employee_no },
    { key: 'name', title: t('user.name'), tight: true, render: (row) => <b>{row.name}</b> },
    { key: 'roles', title: t('user.roles'), render: (row) => <span className="row gap-4 wrap">{roles(row).map((role) => <Tag key={role}>{role}</Tag>)}</span> },
    { key: 'units', title: t('user.units'), render: units },
    { key: 'active', title: t('common.state'), tight: true, render: (row) => <Tag tone={row.active ? 'done' : 'plain'}>{t(row.active ? 'user.active' : 'user.inactive')}</Tag> },
    { key: 'last', title: t('user.lastSignIn'), tight: true, render: (row) => <span className="ink-2">{datetime(row.last_sign_in)}</span> },
  ];
  return <DataTable columns={columns} rows={items} rowKey={(row) => row.uid} selected={selected} onOpen={onOpen} testId="user-row" twoLine={(row) => ({ title: `${row.name}  ${row.employee_no}`, sub: units(row), end: roles(row)[0], endSub: datetime(row.last_sign_in) })} />;
}
