import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query';
import { Button, Checkbox, Select } from 'antd';
import { useEffect, useEffectEvent, useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { api, ApiError } from '../../api/client';
import { useCan, useCurrentUser, useRecord } from '../../api/hooks';
import type { WorkItem, WorkPage as WorkAnswer } from '../../api';
import { useText } from '../../kit/i18n';
import { Due } from '../../blocks/Due';
import { useWord } from '../../blocks/lists';
import { DataTable, type Choice, type Column } from '../../kit/DataTable';
import { Nothing } from '../../kit/figures';
import { datetime, decimal, shortened } from '../../kit/format';
import { useKeys, useListName } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { LinkNote, useNoteClosed } from '../../kit/LinkNote';
import { Clip, LiveStamp, Tag } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { PlaceChip, UnitChip } from '../../kit/PlaceChip';
import { wayBack } from '../../kit/returning';
import { Empty, ErrorState, Skeleton } from '../../kit/states';
import { Tabs } from '../../kit/Tabs';
import { ChosenBar, useChosen } from './Choosing';
import { ColleagueSelect } from './Handing';
import { NewTaskDialog } from './NewTask';
import { aboutIn, asked, droppedIn, hasAssignee, useShown, type About, type Shown, type View } from './shown';
import { WorkDrawer } from './WorkDrawer';
import { addStrings } from '../../kit/strings';
import { work } from '../../kit/strings/work';

addStrings(work);

function useWork(shown: Shown) {
  return useInfiniteQuery({
    queryKey: ['work', shown],
    queryFn: ({ pageParam, signal }) => api.get('/work', { query: { ...asked(shown), cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    refetchInterval: 60_000,
  });
}

const itemsOf = (data: InfiniteData<WorkAnswer> | undefined) => data?.pages.flatMap((page) => page.items) ?? [];

/** Work of all kinds: what is overdue first; a drawer does it without leaving the list. */
export function WorkPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const { uid } = useParams();
  const { shown, show } = useShown();
  const [creating, setCreating] = useState(false);
  const [search] = useSearchParams();
  const about = aboutIn(search);
  const work = useWork(shown);
  const note = useLinkNote(shown, show, work);
  const items = itemsOf(work.data);
  const first = work.data?.pages[0];
  const counts = first?.counts;
  // What is shown may have changed while the server was asked: the address of now counts, not that of the last drawing.
  const open = (next: string | undefined) =>
    void navigate({ pathname: next ? `/work/${next}` : '/work', search: window.location.search });
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
      title={
        counts && (
          <>
            {counts.overdue > 0 && (
              <>
                <span className="tone-late">{t('work.briefLate', { n: counts.overdue })}</span>
                {t('common.comma')}
              </>
            )}
            {t('work.brief', { n: counts.due_today })}
          </>
        )
      }
      actions={
        <>
          <span className="small ink-3 desk-only">
            <kbd>J</kbd> <kbd>K</kbd> {t('work.keysMove').replace('J / K ', '')}
          </span>
          <LiveStamp at={work.dataUpdatedAt} />
          {useCan('work.create') && (
            <Button
              type="primary"
              icon={<Icon name="plus" size={14} />}
              onClick={() => setCreating(true)}
              data-testid="work-new"
            >
              {t('work.new')}
            </Button>
          )}
        </>
      }
    >
      <section className="panel">
        {note}
        <Tabs
          value={shown.view}
          onChange={(key) => show({ view: key as View })}
          items={[
            { key: 'open', title: t('work.open'), count: counts?.open },
            { key: 'free', title: t('work.free'), count: counts?.free },
            { key: 'asked', title: t('work.asked') },
            { key: 'done', title: t('work.done'), count: counts?.done },
          ]}
        />
        <Filters shown={shown} show={show} kinds={first?.kinds ?? []} count={counts?.shown} />
        {work.isPending && <Skeleton rows={10} />}
        {work.isError && <ErrorState error={work.error} retry={() => void work.refetch()} />}
        {work.data && <WorkList key={JSON.stringify(shown)} items={items} shown={shown} selected={uid} onOpen={open} />}
        {work.hasNextPage && (
          <footer className="panel-foot">
            <Button className="right" size="small" onClick={() => void work.fetchNextPage()}>
              {t('common.loadMore')}
            </Button>
          </footer>
        )}
      </section>
      <WorkDrawer uid={uid} onClose={() => open(undefined)} onDone={() => move(1)} />
      {(creating || about) && (
        <NewTask
          kinds={(first?.kinds ?? []).filter((kind) => kind.by_hand)}
          about={about}
          onClose={() => setCreating(false)}
        />
      )}
    </Page>
  );
}

/** What the link said and the list does not follow: of a kind or a unit only the server knows that there is none. */
function useLinkNote(shown: Shown, show: (change: Partial<Shown>) => void, work: ReturnType<typeof useWork>) {
  const { t } = useText();
  const [search] = useSearchParams();
  const [dropped, setDropped] = useState(() => droppedIn(search));
  const { view, kind, assignee, sort, mine, overdue } = shown;
  const [closed, close] = useNoteClosed([view, assignee, sort, mine, overdue]);
  const kinds = work.data?.pages[0]?.kinds;
  const noKind = kind !== '' && kinds !== undefined && !kinds.some((one) => one.key === kind);
  const noUnit = work.error instanceof ApiError && work.error.code === 'organization.unknown_unit';
  const lose = useEffectEvent(() => {
    const lost = [noKind && `${t('work.kind')} ${kind}`, noUnit && `${t('place.unit')} ${shown.unit?.code ?? ''}`];
    setDropped([...dropped, ...lost.filter((one) => one !== false)]);
    show({ ...(noKind && { kind: '' }), ...(noUnit && { unit: undefined }) });
  });
  useEffect(() => {
    if (noKind || noUnit) lose();
  }, [noKind, noUnit]);
  if (closed || dropped.length === 0) return null;
  const which = dropped.map((one) => shortened(one)).join(t('common.semicolon'));
  return <LinkNote sentences={[t('link.unread', { which })]} onClose={close} />;
}

type NewTaskProps = { kinds: WorkAnswer['kinds']; about: About | null; onClose: () => void };

/** A new task; one about a record leads back to where it was begun. */
function NewTask({ kinds, about, onClose }: NewTaskProps) {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const record = useRecord(about?.object ?? '', about?.uid);
  const close = () => {
    onClose();
    if (about) void navigate(wayBack(search) ?? '/work', { replace: true });
  };
  return (
    <NewTaskDialog
      kinds={kinds}
      about={about ? { ...about, display: record.data?.display ?? '…' } : undefined}
      onClose={close}
    />
  );
}

type FilterProps = {
  shown: Shown;
  show: (change: Partial<Shown>) => void;
  kinds: WorkAnswer['kinds'];
  count: number | undefined;
};

function Filters({ shown, show, kinds, count }: FilterProps) {
  const { t, label } = useText();
  const heads = useCan('work.reassign');
  return (
    <div className="filter-bar">
      <Select
        value={shown.kind}
        onChange={(kind) => show({ kind })}
        options={[
          { value: '', label: t('work.allKinds') },
          ...kinds.map((kind) => ({ value: kind.key, label: label(kind.labels) })),
        ]}
        style={{ minWidth: 140 }}
        aria-label={t('work.kind')}
        data-testid="work-kind"
      />
      {heads && hasAssignee(shown.view) && (
        <ColleagueSelect
          value={shown.assignee || undefined}
          onChange={(assignee = '') => show({ assignee, ...(assignee && { mine: false, nobody: false }) })}
          placeholder={t('work.anyAssignee')}
          style={{ minWidth: 160 }}
          testId="work-assignee"
        />
      )}
      {shown.view === 'open' && (
        <>
          <Select
            value={shown.sort}
            onChange={(sort) => show({ sort })}
            options={(['urgent', 'newest'] as const).map((key) => ({ value: key, label: t(`work.sort.${key}`) }))}
            style={{ minWidth: 140 }}
            aria-label={t('common.state')}
            data-testid="work-sort"
          />
          <Checkbox
            checked={shown.mine}
            onChange={(event) =>
              show({ mine: event.target.checked, ...(event.target.checked && { assignee: '', nobody: false }) })
            }
            data-testid="work-mine"
          >
            {t('work.onlyMine')}
          </Checkbox>
          <Checkbox
            checked={shown.overdue}
            onChange={(event) => show({ overdue: event.target.checked })}
            data-testid="work-overdue"
          >
            {t('work.onlyOverdue')}
          </Checkbox>
          {shown.nobody && (
            <PlaceChip title={t('work.assignee')} value={t('work.nobodyYet')} drops={['nobody']} testId="nobody-chip" />
          )}
        </>
      )}
      {shown.unit && <UnitChip unit={shown.unit} />}
      {count !== undefined && (
        <span className="right small ink-3 nowrap" data-testid="work-shown">
          {t('work.shown', { n: decimal(count, 0) })}
        </span>
      )}
    </div>
  );
}

function NoWork({ shown }: { shown: Shown }) {
  const { t } = useText();
  if (shown.kind || shown.assignee || shown.mine || shown.overdue || shown.nobody || shown.unit)
    return <Empty icon="filter" title={t('work.noneFiltered')} />;
  if (shown.view === 'done') return <Empty title={t('work.noneDone')} />;
  if (shown.view === 'free') return <Empty title={t('work.noneFree')} />;
  if (shown.view === 'asked') return <Empty title={t('work.noneAsked')} />;
  return <Empty icon="shield" tone="done" title={t('work.allDone')} text={t('work.allDoneText')} />;
}

function Origin({ origin: { path, title } }: { origin: NonNullable<WorkItem['origin']> }) {
  return path ? (
    <Link to={path}>
      <Clip>{title}</Clip>
    </Link>
  ) : (
    <Clip>{title}</Clip>
  );
}

type ListProps = { items: WorkItem[]; shown: Shown; selected: string | undefined; onOpen: (uid: string) => void };

/** The work that a list asks for; another list begins with nothing chosen. */
function WorkList({ items, shown, ...rest }: ListProps) {
  const { uids, choose, choice } = useChosen(items);
  return (
    <>
      <ChosenBar items={items} uids={uids} choose={choose} />
      {items.length > 0 ? (
        <WorkTable items={items} view={shown.view} choice={choice} {...rest} />
      ) : (
        <NoWork shown={shown} />
      )}
    </>
  );
}

type TableProps = Omit<ListProps, 'shown'> & { view: View; choice: Choice<WorkItem> | undefined };

function WorkTable({ items, view, selected, onOpen, choice }: TableProps) {
  const { t, label } = useText();
  const word = useWord();
  const me = useCurrentUser().employee_no;
  const result = (row: WorkItem) => label(row.results.find((item) => item.key === row.result)?.labels) || row.result;
  const kind = (row: WorkItem) => (
    <Tag tone={row.overdue && row.state === 'open' ? 'late' : 'plain'}>{label(row.kind_labels)}</Tag>
  );
  const columns: Column<WorkItem>[] = [
    {
      key: 'due',
      title: t(view === 'done' ? 'work.doneOn' : 'work.due'),
      tight: true,
      width: 168,
      render: (row) => (view === 'done' ? <span className="ink-2">{datetime(row.done_at)}</span> : <Due item={row} />),
    },
    { key: 'kind', title: t('work.kind'), tight: true, render: kind },
    {
      key: 'subject',
      title: t('work.subject'),
      render: (row) => (
        <Link to={row.path}>
          <Clip>{row.subject}</Clip>
        </Link>
      ),
    },
    {
      key: 'about',
      title: t('work.about'),
      tight: true,
      render: (row) =>
        row.about ? (
          <Link to={row.about.path}>
            <Clip>{row.about.display}</Clip>
          </Link>
        ) : (
          <Nothing />
        ),
    },
    {
      key: 'origin',
      title: t('work.origin'),
      render: (row) => (row.origin ? <Origin origin={row.origin} /> : row.asked_by ? row.asked_by.name : <Nothing />),
    },
    {
      key: 'assignee',
      title: t('work.assignee'),
      tight: true,
      render: (row) => row.assignee?.name ?? <span className="ink-3">{t('work.nobody')}</span>,
    },
    ...(view === 'asked'
      ? [
          {
            key: 'created',
            title: t('work.created'),
            tight: true,
            render: (row: WorkItem) => <span className="ink-2">{datetime(row.created_at)}</span>,
          },
        ]
      : []),
    // Open work has no result yet; what one asked for is listed in every state.
    ...(view === 'asked' || view === 'done'
      ? [
          {
            key: 'state',
            title: t('work.result'),
            tight: true,
            render: (row: WorkItem) =>
              result(row) ||
              (row.state === 'open' ? null : <span className="ink-3">{word('work.state', row.state)}</span>),
          },
        ]
      : []),
  ];
  const list = useListName('work');
  return (
    <DataTable
      list={list}
      columns={columns}
      rows={items}
      rowKey={(row) => row.uid}
      onOpen={(row) => onOpen(row.uid)}
      selected={selected}
      choice={choice}
      testId="work-row"
      rowClass={(row) => (row.overdue && row.state === 'open' ? 'late-row' : '')}
      twoLine={(row) => ({
        lead: kind(row),
        title: row.subject,
        sub: [
          row.about?.display ?? row.asked_by?.name,
          row.assignee?.uid === me ? undefined : (row.assignee?.name ?? t('work.nobody')),
        ]
          .filter(Boolean)
          .join(' · '),
        end: row.state === 'done' ? result(row) : <Due item={row} />,
      })}
    />
  );
}
