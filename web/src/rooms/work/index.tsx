import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { api } from '../../api/client';
import type { WorkItem, WorkPage as WorkAnswer } from '../../api';
import { useText } from '../../app/i18n';
import { Due } from '../../blocks/Due';
import { useWord } from '../../blocks/lists';
import { DataTable, type Column } from '../../kit/DataTable';
import { Nothing } from '../../kit/figures';
import { datetime } from '../../kit/format';
import { useKeys } from '../../kit/hooks';
import { Clip, LiveStamp, Tag } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Empty, ErrorState, Skeleton } from '../../kit/states';
import { Tabs } from '../../kit/Tabs';
import { WorkDrawer } from './WorkDrawer';

type View = 'open' | 'done';

function useWork(state: View) {
  return useInfiniteQuery({
    queryKey: ['work', state],
    queryFn: ({ pageParam, signal }) => api.get('/work', { query: { state, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    refetchInterval: 60_000,
  });
}

const itemsOf = (data: InfiniteData<WorkAnswer> | undefined) => data?.pages.flatMap((page) => page.items) ?? [];

/** One's own work: what is overdue first; a drawer does it without leaving the list. */
export function WorkPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const { uid } = useParams();
  const [view, setView] = useState<View>('open');
  const work = useWork(view);
  const items = itemsOf(work.data);
  const counts = work.data?.pages[0]?.counts;
  const open = (next: string | undefined) => void navigate(next ? `/work/${next}` : '/work');
  const move = (by: number) => {
    const index = items.findIndex((item) => item.uid === uid);
    const target = items[Math.max(0, Math.min(items.length - 1, index + by))];
    if (target) open(target.uid);
  };
  useKeys({ j: () => move(1), k: () => move(-1) });
  return (
    <Page
      crumbs={[{ title: t('work.title') }]}
      lead
      title={counts && <>{counts.overdue > 0 && <><span className="tone-late">{t('work.briefLate', { n: counts.overdue })}</span>{t('common.comma')}</>}{t('work.brief', { n: counts.due_today })}</>}
      actions={<><span className="small ink-3 desk-only"><kbd>J</kbd> <kbd>K</kbd> {t('work.keysMove').replace('J / K ', '')}</span><LiveStamp at={work.dataUpdatedAt} /></>}
    >
      <section className="panel">
        <Tabs
          value={view}
          onChange={(key) => setView(key as View)}
          items={[{ key: 'open', title: t('work.open'), count: counts?.open }, { key: 'done', title: t('work.done'), count: counts?.done }]}
        />
        {work.isPending && <Skeleton rows={10} />}
        {work.isError && <ErrorState error={work.error} retry={() => void work.refetch()} />}
        {work.data && (items.length > 0 ? <WorkTable items={items} selected={uid} onOpen={open} /> : <NoWork view={view} />)}
        {work.hasNextPage && <footer className="panel-foot"><Button className="right" size="small" onClick={() => void work.fetchNextPage()}>{t('member.more')}</Button></footer>}
      </section>
      <WorkDrawer uid={uid} onClose={() => open(undefined)} onDone={() => move(1)} />
    </Page>
  );
}

function NoWork({ view }: { view: View }) {
  const { t } = useText();
  if (view === 'done') return <Empty title={t('work.noneDone')} />;
  return <Empty icon="shield" tone="done" title={t('work.allDone')} text={t('work.allDoneText')} />;
}

function Origin({ origin: { path, title } }: { origin: NonNullable<WorkItem['origin']> }) {
  return path ? <Link to={path}><Clip>{title}</Clip></Link> : <Clip>{title}</Clip>;
}

type TableProps = { items: WorkItem[]; selected: string | undefined; onOpen: (uid: string) => void };

function WorkTable({ items, selected, onOpen }: TableProps) {
  const { t, label } = useText();
  const word = useWord();
  const result = (row: WorkItem) => label(row.results.find((item) => item.key === row.result)?.labels) || row.result;
  const columns: Column<WorkItem>[] = [
    { key: 'due', title: t('work.due'), tight: true, width: 168, render: (row) => (row.state === 'done' ? <span className="ink-2">{datetime(row.done_at)}</span> : <Due item={row} />) },
    { key: 'kind', title: t('work.kind'), tight: true, render: (row) => <Tag tone={row.overdue && row.state === 'open' ? 'late' : 'plain'}>{label(row.kind_labels)}</Tag> },
    { key: 'subject', title: t('work.subject'), render: (row) => <Link to={`/work/${row.uid}`}><Clip>{row.subject}</Clip></Link> },
    { key: 'party', title: t('work.party'), tight: true, render: (row) => (row.party ? <Link to={`/records/party/${row.party.uid}`}><Clip>{row.party.display}</Clip></Link> : <Nothing />) },
    { key: 'origin', title: t('work.origin'), render: (row) => (row.origin ? <Origin origin={row.origin} /> : <Nothing />) },
    { key: 'assignee', title: t('work.assignee'), tight: true, render: (row) => row.assignee?.name ?? <Nothing /> },
    { key: 'state', title: t('work.result'), tight: true, render: (row) => result(row) || <span className="ink-3">{word('work.state', row.state)}</span> },
  ];
  return (
    <DataTable
      columns={columns}
      rows={items}
      rowKey={(row) => row.uid}
      onOpen={(row) => onOpen(row.uid)}
      selected={selected}
      testId="work-row"
      rowClass={(row) => (row.overdue && row.state === 'open' ? 'late-row' : '')}
      twoLine={(row) => ({
        lead: <Tag tone={row.overdue && row.state === 'open' ? 'late' : 'plain'}>{label(row.kind_labels)}</Tag>,
        title: row.subject,
        sub: row.party?.display,
        end: row.state === 'done' ? result(row) : <Due item={row} />,
      })}
    />
  );
}
