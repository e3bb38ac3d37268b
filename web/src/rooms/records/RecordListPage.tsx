import { Button, Input } from 'antd';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { useObjectMeta, useRecord } from '../../api/hooks';
import type { ObjectMeta } from '../../api';
import { useAddress, useLife } from '../../kit/address';
import { useText } from '../../kit/i18n';
import { ConditionChips } from '../../kit/condition/Chips';
import { compile, newGroup, type Row } from '../../kit/condition/model';
import { useRowWords } from '../../kit/condition/vocabulary';
import { inSentence, shortened } from '../../kit/format';
import { Count } from '../../kit/figures';
import { useIsPhone } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { DayStamp, Stamp } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { PlaceChip, UnitChip, usePlaceName } from '../../kit/PlaceChip';
import { Empty, QueryState } from '../../kit/states';
import { Tabs } from '../../kit/Tabs';
import { BlankAsk, BlankMark, CountBlank } from './blanks';
import { ChosenBar } from './ChosenBar';
import { ColumnChooser } from './ColumnChooser';
import { Dropped } from './Dropped';
import { ExportButton } from './ExportButton';
import { belongingIn, parentIn, type Given } from './given';
import { AllGroups, GroupSelect, NoGroups } from './grouping';
import { OrderNote, OrderSelect } from './ordering';
import { Rows } from './RecordRows';
import { addressOf, droppedIn, shownIn } from './shown';
import { useChosenRows } from './useChosenRows';
import { useRecordCount, useRecordCounts, useRecordList, type Filter, type RecordList } from './useRecordList';

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
        <Dropped meta={meta} list={list} dropped={dropped} />
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
            mark={(row) => <BlankMark meta={meta} list={list} row={row} />}
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
  const name = label(meta.labels);
  const filtered = list.rows.length > 0 || list.q.trim() !== '';
  if (!filtered) return <Empty title={t('list.neverTitle', { name: inSentence(name) })} text={t('list.neverText')} />;
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
          {list.q.trim() && (
            <span style={{ display: 'block' }}>{t('list.emptySearch', { q: shortened(list.q.trim()) })}</span>
          )}
          <WaysOut meta={meta} list={list} />
        </>
      }
      actions={<Button onClick={clear}>{t('list.clearFilters')}</Button>}
    />
  );
}

/** The conditions of an empty list, each with what the list would have without it; one without which it is empty, too, is none. */
function WaysOut({ meta, list }: { meta: ObjectMeta; list: RecordList }) {
  const { t } = useText();
  const words = useRowWords(list.terms);
  const without = (row: Row) => list.rows.filter((other) => other.id !== row.id);
  const conditionOf = (rows: Row[]) => compile(newGroup('all', rows), list.terms.typeOf).expression ?? undefined;
  const counts = useRecordCounts(
    meta.key,
    list.rows.map((row) => ({ ...list.filter, condition: conditionOf(without(row)) })),
  );
  const helps = (at: number) => counts[at]?.data?.count !== 0;
  const replace = (row: Row) => list.setRows(list.rows.map((other) => (other.id === row.id ? row : other)));
  return (
    <>
      {list.rows.some((_row, at) => helps(at)) && t('list.emptyDrop')}
      {list.rows.map((row, at) => {
        const { field, op, value } = words(row);
        const found = counts[at]?.data;
        return (
          <span key={row.id} style={{ display: 'block' }}>
            {helps(at) && (
              <>
                <button
                  type="button"
                  className="plain link"
                  onClick={() => list.setRows(without(row))}
                  data-testid="drop-condition"
                >{`${field} ${op} ${value}`}</button>
                {' → '}
                {found ? <Count value={found.count} approximate={found.approximate} /> : '…'}{' '}
              </>
            )}
            <CountBlank meta={meta} list={list} row={row} onChange={replace} />
          </span>
        );
      })}
    </>
  );
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
