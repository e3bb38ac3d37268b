import { Button, Input } from 'antd';
import { useState } from 'react';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import { useObjectMeta } from '../../api/hooks';
import type { ObjectMeta } from '../../api';
import { askedIn, useAddress, useLife } from '../../kit/address';
import { useText } from '../../kit/i18n';
import { ConditionChips } from '../../kit/condition/Chips';
import { inSentence } from '../../kit/format';
import { Count } from '../../kit/figures';
import { useIsPhone } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { DayStamp, Stamp } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { PlaceChip, UnitChip } from '../../kit/PlaceChip';
import { QueryState } from '../../kit/states';
import { Tabs } from '../../kit/Tabs';
import { BlankAsk, BlankMark } from './blanks';
import { ChosenBar } from './ChosenBar';
import { ColumnChooser } from './ColumnChooser';
import { Dropped } from './Dropped';
import { ExportButton } from './ExportButton';
import type { Given } from './given';
import { AllGroups, GroupSelect, NoGroups } from './grouping';
import { NoRows } from './NoRows';
import { OrderNote, OrderSelect } from './ordering';
import { useParentName, usePlaces, useServedName } from './placed';
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

function ListOf({ meta, life }: { meta: ObjectMeta; life: string }) {
  const { search, write } = useAddress(life);
  const { places, refused, refuse } = usePlaces(search, meta);
  const { parent, belong } = places;
  const [isOtherPage, setOtherPage] = useState(false);
  const { t, label } = useText();
  const phone = useIsPhone();
  const { state } = useLocation();
  const [first] = useState(() => {
    const shown = shownIn(search, meta);
    return { ...shown, q: askedIn(state) ?? shown.q };
  });
  const [dropped] = useState(() => droppedIn(search, meta));
  const list = useRecordList(
    meta,
    places,
    first,
    (shown) => write(addressOf(shown, meta, places)),
    (lost) => (lost === 'cursor' ? setOtherPage(first.cursor !== undefined) : refuse(lost)),
  );
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
        <Dropped
          meta={meta}
          list={list}
          dropped={{ ...dropped, places: [...dropped.places, ...refused], page: isOtherPage }}
        />
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
  const { label } = useText();
  const name = useParentName(parent);
  const field = meta.fields.find((one) => one.key === parent.key);
  const link = <Link to={`/records/${parent.object}/${parent.uid}`}>{name}</Link>;
  return <PlaceChip title={label(field?.labels)} value={link} drops={[parent.key]} testId="parent-chip" />;
}

/** Who serves the records of the list; '' is nobody. */
function ServedChip({ number }: { number: string }) {
  const { t } = useText();
  const said = useServedName(number);
  return <PlaceChip title={t('list.servedBy')} value={said} drops={['served']} testId="served-chip" />;
}

function ListActions({ meta, list }: { meta: ObjectMeta; list: RecordList }) {
  const { t, label } = useText();
  const navigate = useNavigate();
  const name = label(meta.labels);
  return (
    <>
      {meta.operations.includes('export') && (
        <ExportButton meta={meta} query={{ ...list.filter, columns: list.columns, sort: list.sort }} />
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

function ListFoot({ meta, list }: { meta: ObjectMeta; list: RecordList }) {
  const { t } = useText();
  const [exact, setExact] = useState('');
  const key = JSON.stringify(list.filter);
  const count = useRecordCount(meta.key, list.filter, exact === key);
  const { data: page, isPlaceholderData: isLeft } = list.page;
  const rows = page?.rows.length ?? 0;
  const first = page?.first ?? 1;
  return (
    <footer className="panel-foot">
      {count.data && (
        // What is left of the list before fades with its rows, until its own answer is there.
        <span
          className={isLeft || count.isPlaceholderData ? 'fading' : undefined}
          data-testid="list-count"
          aria-live="polite"
        >
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
        {rows > 0 && (
          <span className={isLeft ? 'desk-only fading' : 'desk-only'} data-testid="list-page">
            {t('list.page', { from: first, to: first + rows - 1 })}
          </span>
        )}
        <Button size="small" disabled={!page?.previous_cursor} onClick={list.previous} data-testid="page-previous">
          {t('common.previous')}
        </Button>
        <Button size="small" disabled={!page?.next_cursor} onClick={list.next} data-testid="page-next">
          {t('common.next')}
        </Button>
      </span>
    </footer>
  );
}
