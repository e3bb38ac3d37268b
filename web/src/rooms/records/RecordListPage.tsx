import { Button, Input } from 'antd';
import { useRef, useState } from 'react';
import { Link, useLocation, useNavigate, useParams, useSearchParams } from 'react-router';
import { useObjectMeta, useRecord } from '../../api/hooks';
import type { ObjectMeta } from '../../api';
import { useText } from '../../kit/i18n';
import { ConditionChips } from '../../kit/condition/Chips';
import { compile, newGroup, type Row } from '../../kit/condition/model';
import { useRowWords } from '../../kit/condition/vocabulary';
import { inSentence } from '../../kit/format';
import { Count } from '../../kit/figures';
import { useIsPhone } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { DayStamp, Stamp } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { PlaceChip, UnitChip, usePlaceName } from '../../kit/PlaceChip';
import { Empty, QueryState } from '../../kit/states';
import { Tabs } from '../../kit/Tabs';
import { isKeptByPage, KEPT_BY_PAGE } from '../../kit/unsaved';
import { BlankAsk, CountBlank } from './blanks';
import { ChosenBar } from './ChosenBar';
import { ColumnChooser } from './ColumnChooser';
import { ExportButton } from './ExportButton';
import { belongingIn, parentIn, type Given } from './given';
import { AllGroups, GroupSelect, NoGroups } from './grouping';
import { OrderNote, OrderSelect } from './ordering';
import { Rows } from './RecordRows';
import { addressOf, droppedIn, shownIn } from './shown';
import { useChosenRows } from './useChosenRows';
import { useRecordCount, useRecordList, type Filter, type RecordList } from './useRecordList';

/** The list of any object by its metadata. What it shows stands in its address: back, reload and a shared link keep it. */
export function RecordListPage() {
  const { object = '' } = useParams();
  const meta = useObjectMeta(object);
  const life = useLife();
  return meta.data ? (
    <ListOf key={`${object} ${life}`} meta={meta.data} life={life} />
  ) : (
    <Page crumbs={[]}>
      <Panel flush>
        <QueryState query={meta} rows={14}>
          {() => null}
        </QueryState>
      </Panel>
    </Page>
  );
}

/** What a list says of an address that it has written itself: in which life. */
const keptIn = (life: string) => ({ ...KEPT_BY_PAGE, life });

const lifeOf = (state: unknown) => (isKeptByPage(state) ? (state as ReturnType<typeof keptIn>).life : null);

/**
 * The life of the list, called by the address that it began with. An address that it has written itself, however late it
 * arrives, is no other one; whoever comes otherwise (a link, the menu, back) begins another.
 */
function useLife(): string {
  const { key, state } = useLocation();
  const [own, setOwn] = useState({ seen: key, life: key });
  if (own.seen !== key) setOwn({ seen: key, life: lifeOf(state) === own.life ? own.life : key });
  return own.life;
}

/** The address of one life. What was written last is what the next is compared with: the router is behind it. */
function useAddress(life: string) {
  const [search, setSearch] = useSearchParams();
  const last = useRef(search.toString());
  const write = (next: URLSearchParams) => {
    if (next.toString() === last.current) return;
    last.current = next.toString();
    setSearch(next, { replace: true, state: keptIn(life) });
  };
  return { search, write };
}

function ListOf({ meta, life }: { meta: ObjectMeta; life: string }) {
  const { search, write } = useAddress(life);
  const parent = parentIn(search, meta.fields);
  const belong = belongingIn(search);
  const { t, label } = useText();
  const phone = useIsPhone();
  const [first] = useState(() => shownIn(search, meta));
  const [dropped] = useState(() => droppedIn(search, meta));
  const list = useRecordList(meta, { parent, belong }, first, (shown) => write(addressOf(shown, meta, search)));
  const chosen = useChosenRows(meta, list);
  const asOf = list.page.data?.as_of;
  const name = label(meta.labels);
  return (
    <Page
      crumbs={[{ title: t('list.title', { name }) }]}
      title={name}
      actions={
        <>
          {asOf?.warehouse ? (
            <DayStamp date={asOf.warehouse} />
          ) : (
            asOf && <Stamp asOf={{ kind: 'live', at: asOf.records }} />
          )}
          <ListActions meta={meta} list={list} />
        </>
      }
    >
      <section className="panel list-panel">
        <Dropped {...dropped} />
        <RefinementTabs meta={meta} list={list} />
        <div className="filter-bar">
          {meta.list.searchable && (
            <Input
              prefix={<Icon name="search" size={14} />}
              value={list.q}
              onChange={(event) => list.setQ(event.target.value)}
              placeholder={t(
                meta.fields.some((field) => field.role === 'mobile') ? 'list.searchPerson' : 'list.searchName',
              )}
              allowClear
              className="find"
              data-testid="list-search"
            />
          )}
          {parent && <ParentChip meta={meta} parent={parent} />}
          {belong.unit && <UnitChip unit={belong.unit} />}
          {belong.served_by !== undefined && <ServedChip number={belong.served_by} />}
          <ConditionChips
            rows={list.rows}
            terms={list.terms}
            onChange={list.setRows}
            aside={(row, change) => <BlankAsk meta={meta} list={list} row={row} onChange={change} />}
          />
          {phone && <OrderSelect meta={meta} list={list} />}
          <NoGroups meta={meta} list={list} />
          <span className="right row gap-8 desk-only">
            <GroupSelect meta={meta} list={list} />
            <ColumnChooser meta={meta} columns={list.columns} onChange={list.setColumns} />
          </span>
        </div>
        <QueryState query={list.page} rows={16}>
          {(page) =>
            page.rows.length > 0 ? (
              <>
                <Rows meta={meta} list={list} rows={page.rows} chosen={chosen} />
                <AllGroups meta={meta} list={list} rows={page.rows} />
              </>
            ) : (
              <NoRows meta={meta} list={list} />
            )
          }
        </QueryState>
        <ChosenBar meta={meta} list={list} chosen={chosen} />
        <ListFoot meta={meta} list={list} />
      </section>
    </Page>
  );
}

/** What the link said and the list does not follow; without a word it would pass for what was meant. */
function Dropped({ conditions, ways }: ReturnType<typeof droppedIn>) {
  const { t } = useText();
  const [closed, setClosed] = useState(false);
  if (closed || conditions + ways === 0) return null;
  return (
    <div className="panel-note row gap-8" role="status" data-testid="dropped">
      {conditions > 0 && <span>{t('list.droppedConditions', { n: conditions })}</span>}
      {ways > 0 && <span>{t('list.droppedWays', { n: ways })}</span>}
      <button type="button" className="plain right row" aria-label={t('common.close')} onClick={() => setClosed(true)}>
        <Icon name="close" size={12} />
      </button>
    </div>
  );
}

/** Whose records the list is narrowed to; taken away, it is the list of all. */
function ParentChip({ meta, parent }: { meta: ObjectMeta; parent: Given }) {
  const { t, label } = useText();
  const record = useRecord(parent.object, parent.uid);
  const field = meta.fields.find((one) => one.key === parent.key);
  return (
    <span className="chip" data-testid="parent-chip">
      <span className="chip-text row gap-4">
        {label(field?.labels)}{' '}
        <Link to={`/records/${parent.object}/${parent.uid}`}>
          <b>{record.data?.display ?? '…'}</b>
        </Link>
      </span>
      <Link className="chip-x row" to={`/records/${meta.key}`} aria-label={t('common.remove')}>
        <Icon name="close" size={12} />
      </Link>
    </span>
  );
}

/** Who serves the records of the list; '' is nobody. */
function ServedChip({ number }: { number: string }) {
  const { t } = useText();
  const name = usePlaceName('user', number);
  const said = number === '' ? t('list.servedByNobody') : name === number ? number : `${name} ${number}`;
  return <PlaceChip title={t('list.servedBy')} value={said} drops={['served']} testId="served-chip" />;
}

function ListActions({ meta, list }: { meta: ObjectMeta; list: RecordList }) {
  const { t, label } = useText();
  const navigate = useNavigate();
  const name = label(meta.labels);
  return (
    <>
      {meta.operations.includes('export') && (
        <ExportButton meta={meta} query={{ ...list.filter, columns: list.columns }} />
      )}
      {meta.operations.includes('create') && (
        <Button
          type="primary"
          icon={<Icon name="plus" size={14} />}
          onClick={() => void navigate(`/records/${meta.key}/new${list.of ? `?${list.of.field}=${list.of.uid}` : ''}`)}
          data-testid="create"
        >
          {t('record.new', { name: inSentence(name) })}
        </Button>
      )}
    </>
  );
}

function RefinementTabs({ meta, list }: { meta: ObjectMeta; list: RecordList }) {
  const { label } = useText();
  const tabs = meta.list.tabs.flatMap((key) => meta.refinements.find((refinement) => refinement.key === key) ?? []);
  if (tabs.length === 0) return null;
  return (
    <Tabs
      value={list.refinement ?? ''}
      onChange={(key) => list.setRefinement(key)}
      items={tabs.map((tab) => ({
        key: tab.key,
        title: label(tab.labels),
        count: <TabCount object={meta.key} refinement={tab.key} of={list.of} {...list.belong} />,
      }))}
    />
  );
}

function TabCount({ object, ...filter }: { object: string } & Omit<Filter, 'q' | 'condition'>) {
  const count = useRecordCount(object, filter);
  return count.data ? <Count value={count.data.count} approximate={count.data.approximate} /> : null;
}

/** Nothing found: name what could be dropped and what that would give. */
function NoRows({ meta, list }: { meta: ObjectMeta; list: RecordList }) {
  const { t, label } = useText();
  const words = useRowWords(list.terms);
  const name = label(meta.labels);
  const filtered = list.rows.length > 0 || list.q.trim() !== '';
  if (!filtered) return <Empty title={t('list.neverTitle', { name: inSentence(name) })} text={t('list.neverText')} />;
  const replace = (row: Row) => list.setRows(list.rows.map((other) => (other.id === row.id ? row : other)));
  const clear = () => {
    list.setRows([]);
    list.setQ('');
  };
  return (
    <Empty
      icon="filter"
      title={t('list.emptyTitle', { name: inSentence(name) })}
      text={
        <>
          {list.q.trim() && <span style={{ display: 'block' }}>{t('list.emptySearch', { q: list.q.trim() })}</span>}
          {list.rows.length > 0 && t('list.emptyDrop')}
          {list.rows.map((row) => {
            const { field, op, value } = words(row);
            const rest = list.rows.filter((other) => other.id !== row.id);
            const condition = compile(newGroup('all', rest), list.terms.typeOf).expression ?? undefined;
            return (
              <span key={row.id} style={{ display: 'block' }}>
                <button
                  type="button"
                  className="plain link"
                  onClick={() => list.setRows(rest)}
                  data-testid="drop-condition"
                >{`${field} ${op} ${value}`}</button>
                {' → '}
                <DropCount object={meta.key} filter={{ ...list.filter, condition }} />{' '}
                <CountBlank meta={meta} list={list} row={row} onChange={replace} />
              </span>
            );
          })}
        </>
      }
      actions={<Button onClick={clear}>{t('list.clearFilters')}</Button>}
    />
  );
}

function DropCount({ object, filter }: { object: string; filter: Parameters<typeof useRecordCount>[1] }) {
  const count = useRecordCount(object, filter);
  return count.data ? <Count value={count.data.count} approximate={count.data.approximate} /> : <>…</>;
}

function ListFoot({ meta, list }: { meta: ObjectMeta; list: RecordList }) {
  const { t } = useText();
  const [exact, setExact] = useState('');
  const key = JSON.stringify(list.filter);
  const count = useRecordCount(meta.key, list.filter, exact === key);
  const rows = list.page.data?.rows.length ?? 0;
  return (
    <footer className="panel-foot">
      {count.data && (
        <span data-testid="list-count" aria-live="polite">
          {t('list.matching')}{' '}
          <b>
            <Count value={count.data.count} approximate={count.data.approximate} />
          </b>
        </span>
      )}
      {count.data?.approximate && (
        <>
          <span className="ink-3 desk-only">{t('count.estimated')}</span>
          <button type="button" className="plain link" onClick={() => setExact(key)} data-testid="count-exactly">
            {t('count.exact')}
          </button>
        </>
      )}
      <OrderNote meta={meta} list={list} />
      <span className="right row gap-12">
        {rows > 0 && <span className="desk-only">{t('list.page', { from: list.from, to: list.from + rows - 1 })}</span>}
        <Button
          size="small"
          disabled={!list.page.data?.previous_cursor}
          onClick={list.previous}
          data-testid="page-previous"
        >
          {t('common.previous')}
        </Button>
        <Button size="small" disabled={!list.page.data?.next_cursor} onClick={list.next} data-testid="page-next">
          {t('common.next')}
        </Button>
      </span>
    </footer>
  );
}
