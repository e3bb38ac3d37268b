import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { Link, useNavigate } from 'react-router';
import { api } from '../../api/client';
import { useCan } from '../../api/hooks';
import type { CampaignCounts, CampaignSummary } from '../../api';
import { useText } from '../../kit/i18n';
import { DataTable, type Column } from '../../kit/DataTable';
import { Nothing } from '../../kit/figures';
import { datetime, decimal, inSentence } from '../../kit/format';
import { useListName } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { Clip, LiveStamp } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { Empty, QueryState } from '../../kit/states';
import { StateTag } from './StateTag';

export function CampaignListPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const query = useQuery({ queryKey: ['campaigns'], queryFn: ({ signal }) => api.get('/campaigns', { signal }) });
  const create = useCan('campaign.create') && (
    <Button
      type="primary"
      icon={<Icon name="plus" size={14} />}
      onClick={() => void navigate('/campaigns/new')}
      data-testid="create"
    >
      {t('campaign.new')}
    </Button>
  );
  return (
    <Page
      crumbs={[{ title: t('campaign.title') }]}
      title={t('campaign.title')}
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
              <CampaignTable items={items} />
            ) : (
              <Empty
                icon="megaphone"
                title={t('list.neverTitle', { name: inSentence(t('campaign.title')) })}
                text={t('campaign.neverText')}
                actions={create}
              />
            )
          }
        </QueryState>
      </Panel>
    </Page>
  );
}

function CampaignTable({ items }: { items: CampaignSummary[] }) {
  const { t } = useText();
  const count =
    (key: keyof CampaignCounts, tone = '') =>
    (row: CampaignSummary) => {
      const value = row.counts?.[key];
      return value === undefined ? (
        <Nothing />
      ) : (
        <span className={value === 0 ? 'ink-3' : tone}>{decimal(value, 0)}</span>
      );
    };
  const columns: Column<CampaignSummary>[] = [
    {
      key: 'name',
      title: t('campaign.name'),
      render: (row) => (
        <Link to={`/campaigns/${row.uid}`}>
          <Clip>{row.name}</Clip>
        </Link>
      ),
    },
    { key: 'state', title: t('common.state'), tight: true, render: (row) => <StateTag state={row.state} /> },
    {
      key: 'audience',
      title: t('campaign.audience'),
      render: (row) => (
        <Link to={`/audiences/${row.audience.uid}`}>
          <Clip>{row.audience.name}</Clip>
        </Link>
      ),
    },
    { key: 'chosen', title: t('campaign.chosen'), align: 'right', render: count('chosen') },
    { key: 'control', title: t('campaign.controlGroup'), align: 'right', render: count('control') },
    { key: 'refused', title: t('effect.refused'), align: 'right', render: count('refused', 'tone-refused') },
    { key: 'sent', title: t('effect.sent'), align: 'right', render: count('sent') },
    { key: 'unknown', title: t('effect.unknown'), align: 'right', render: count('unknown', 'tone-attention') },
    {
      key: 'work',
      title: t('campaign.work'),
      align: 'right',
      render: (row) =>
        row.counts && row.work ? (
          `${decimal(row.work.done, 0)} / ${decimal(row.work.done + row.work.open, 0)}`
        ) : (
          <Nothing />
        ),
    },
    {
      key: 'launched',
      title: t('campaign.launched'),
      tight: true,
      render: (row) => <span className="ink-2">{datetime(row.launched_at)}</span>,
    },
    {
      key: 'owner',
      title: t('common.owner'),
      tight: true,
      render: (row) => (typeof row.owner === 'string' ? row.owner : row.owner.name),
    },
  ];
  const list = useListName('campaigns');
  return (
    <DataTable
      list={list}
      columns={columns}
      rows={items}
      rowKey={(row) => row.uid}
      path={(row) => `/campaigns/${row.uid}`}
      twoLine={(row) => ({
        title: row.name,
        sub: row.audience.name,
        end: <StateTag state={row.state} />,
        endSub: row.counts ? `${decimal(row.counts.sent, 0)} / ${decimal(row.counts.chosen, 0)}` : undefined,
      })}
    />
  );
}
