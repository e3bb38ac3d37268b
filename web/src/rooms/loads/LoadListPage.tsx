import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useCallback, useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/client';
import { useCan } from '../../api/hooks';
import type { Load } from '../../api';
import { useText } from '../../kit/i18n';
import { DataTable, type Column } from '../../kit/DataTable';
import { date, datetime, decimal, inSentence } from '../../kit/format';
import { useListName } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { LiveStamp } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { Empty, ErrorState, Skeleton } from '../../kit/states';
import { LoadState } from './LoadState';
import { RunsPanel } from '../../blocks/Runs';
import { useSourceName } from './sources';
import { SourceDrawer } from './SourceDrawer';
import { UploadDialog } from './UploadDialog';

export function LoadListPage() {
  const { t } = useText();
  const client = useQueryClient();
  const mayUpload = useCan('load.create');
  const [uploading, setUploading] = useState(false);
  const [explaining, setExplaining] = useState(false);
  const loads = useInfiniteQuery({
    queryKey: ['loads'],
    queryFn: ({ pageParam, signal }) => api.get('/loads', { query: { cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    refetchInterval: (state) =>
      state.state.data?.pages[0]?.items.some((load) => load.state === 'running') ? 3_000 : false,
  });
  const items = loads.data?.pages.flatMap((page) => page.items) ?? [];
  const refresh = useCallback(() => void client.invalidateQueries({ queryKey: ['loads'] }), [client]);
  return (
    <Page
      crumbs={[{ title: t('load.title') }]}
      title={t('load.title')}
      actions={
        <>
          <LiveStamp at={loads.dataUpdatedAt} />
          <Button onClick={() => setExplaining(true)} data-testid="sources">
            {t('load.sources')}
          </Button>
          {mayUpload && (
            <Button
              type="primary"
              icon={<Icon name="upload" size={14} />}
              onClick={() => setUploading(true)}
              data-testid="upload"
            >
              {t('load.upload')}
            </Button>
          )}
        </>
      }
    >
      <div className="blocks">
        <RunsPanel onFinished={refresh} />
        <Panel flush>
          {loads.isPending && <Skeleton rows={10} />}
          {loads.isError && <ErrorState error={loads.error} retry={() => void loads.refetch()} />}
          {loads.data &&
            (items.length > 0 ? (
              <LoadTable items={items} />
            ) : (
              <Empty title={t('list.neverTitle', { name: inSentence(t('load.title')) })} text={t('load.neverText')} />
            ))}
          {loads.hasNextPage && (
            <footer className="panel-foot">
              <Button className="right" size="small" onClick={() => void loads.fetchNextPage()}>
                {t('common.loadMore')}
              </Button>
            </footer>
          )}
        </Panel>
      </div>
      {explaining && <SourceDrawer onClose={() => setExplaining(false)} />}
      <UploadDialog open={uploading} onClose={() => setUploading(false)} onDone={refresh} />
    </Page>
  );
}

function LoadTable({ items }: { items: Load[] }) {
  const { t } = useText();
  const sourceName = useSourceName();
  const number = (value: number, tone = '') => (
    <span className={value === 0 ? 'ink-3' : tone}>{decimal(value, 0)}</span>
  );
  const columns: Column<Load>[] = [
    { key: 'file', title: t('load.file'), render: (row) => <Link to={`/loads/${row.uid}`}>{row.file}</Link> },
    { key: 'state', title: t('common.state'), tight: true, render: (row) => <LoadState load={row} /> },
    { key: 'source', title: t('load.source'), tight: true, render: (row) => sourceName(row.source) },
    { key: 'date', title: t('load.businessDate'), tight: true, render: (row) => date(row.business_date) },
    { key: 'read', title: t('load.read'), align: 'right', render: (row) => number(row.rows_read) },
    { key: 'loaded', title: t('load.loaded'), align: 'right', render: (row) => number(row.rows_loaded) },
    {
      key: 'rejected',
      title: t('load.rejected'),
      align: 'right',
      render: (row) => number(row.rows_rejected, 'tone-attention'),
    },
    {
      key: 'withoutRecord',
      title: t('load.withoutRecord'),
      align: 'right',
      render: (row) => number(row.rows_without_record, 'tone-attention'),
    },
    {
      key: 'started',
      title: t('load.startedAt'),
      tight: true,
      render: (row) => <span className="ink-2">{datetime(row.started_at)}</span>,
    },
    {
      key: 'finished',
      title: t('load.finishedAt'),
      tight: true,
      render: (row) => <span className="ink-2">{datetime(row.finished_at)}</span>,
    },
  ];
  const list = useListName('loads');
  return (
    <DataTable
      list={list}
      columns={columns}
      rows={items}
      rowKey={(row) => row.uid}
      path={(row) => `/loads/${row.uid}`}
      twoLine={(row) => ({
        title: `${sourceName(row.source)}  ${date(row.business_date)}`,
        sub: row.file,
        end: <LoadState load={row} />,
        endSub: `${decimal(row.rows_loaded, 0)} / ${decimal(row.rows_read, 0)}`,
      })}
    />
  );
}
