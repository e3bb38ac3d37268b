import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { Link, useNavigate } from 'react-router';
import { api } from '../../api/client';
import { useCan } from '../../api/hooks';
import type { AudienceSummary } from '../../api';
import { useText } from '../../kit/i18n';
import { DataTable, type Column } from '../../kit/DataTable';
import { date, datetime, decimal, inSentence, NOTHING } from '../../kit/format';
import { useListName } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { Clip, LiveStamp } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { Empty, QueryState } from '../../kit/states';

export function AudienceListPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const query = useQuery({ queryKey: ['audiences'], queryFn: ({ signal }) => api.get('/audiences', { signal }) });
  const create = useCan('audience.create') && (
    <Button
      type="primary"
      icon={<Icon name="plus" size={14} />}
      onClick={() => void navigate('/audiences/new')}
      data-testid="create"
    >
      {t('audience.new')}
    </Button>
  );
  return (
    <Page
      crumbs={[{ title: t('audience.title') }]}
      title={t('audience.title')}
      actions={
        <>
          <LiveStamp at={query.dataUpdatedAt} />
          {create}
        </>
      }
    >
      <Panel flush>
        <QueryState query={query} rows={8}>
          {({ items }) =>
            items.length > 0 ? (
              <AudienceTable items={items} />
            ) : (
              <Empty
                icon="filter"
                title={t('list.neverTitle', { name: inSentence(t('audience.title')) })}
                text={t('audience.neverText')}
                actions={create}
              />
            )
          }
        </QueryState>
      </Panel>
    </Page>
  );
}

function AudienceTable({ items }: { items: AudienceSummary[] }) {
  const { t } = useText();
  const columns: Column<AudienceSummary>[] = [
    {
      key: 'name',
      title: t('audience.name'),
      tight: true,
      render: (row) => (
        <Link to={`/audiences/${row.uid}`}>
          <Clip>{row.name}</Clip>
        </Link>
      ),
    },
    {
      key: 'description',
      title: t('audience.description'),
      render: (row) => (
        <span className="ink-2 two-lines" title={row.description}>
          {row.description}
        </span>
      ),
    },
    {
      key: 'count',
      title: t('audience.count'),
      align: 'right',
      render: (row) => (row.count === null ? NOTHING : decimal(row.count, 0)),
    },
    {
      key: 'date',
      title: t('stamp.short.dayEnd', { date: '' }),
      tight: true,
      render: (row) => <span className="ink-2">{date(row.business_date)}</span>,
    },
    { key: 'snapshots', title: t('audience.snapshots'), align: 'right', render: (row) => row.snapshots },
    { key: 'owner', title: t('common.owner'), tight: true, render: (row) => row.owner.name },
    {
      key: 'updated',
      title: t('audience.updated'),
      tight: true,
      render: (row) => <span className="ink-2">{datetime(row.updated_at)}</span>,
    },
  ];
  const list = useListName('audiences');
  return (
    <DataTable
      list={list}
      columns={columns}
      rows={items}
      rowKey={(row) => row.uid}
      path={(row) => `/audiences/${row.uid}`}
      twoLine={(row) => ({
        title: row.name,
        sub: row.description,
        end: row.count === null ? NOTHING : decimal(row.count, 0),
        endSub: row.owner.name,
      })}
    />
  );
}
