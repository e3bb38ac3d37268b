/** A list of nothing: what narrows it, and what it would have without that. */
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ObjectMeta } from '../../api';
import { useText } from '../../kit/i18n';
import { compile, newGroup, type Row } from '../../kit/condition/model';
import { rowSaid, useRowWords } from '../../kit/condition/vocabulary';
import { inSentence, shortened } from '../../kit/format';
import { Count } from '../../kit/figures';
import { UNIT, useUnitName, useWithout, type InUnit } from '../../kit/PlaceChip';
import { Empty } from '../../kit/states';
import { CountBlank, CountBlanks } from './blanks';
import type { Given } from './given';
import { useParentName, useServedName } from './placed';
import { useRecordCounts, type Filter, type RecordList } from './useRecordList';

type Props = { meta: ObjectMeta; list: RecordList };

/** A way out of an empty list: what is pressed, what the list is asked for then, and what else may be done there. */
type Way = { id: string; act: ReactNode; then: Filter; besides?: ReactNode };

/** Nothing found: name what could be dropped and what that would give. */
export function NoRows({ meta, list }: Props) {
  const { t, label } = useText();
  const name = inSentence(label(meta.labels));
  const drops = useDrops(meta, list);
  const tabs = useOtherTabs(meta, list);
  const all = [...drops, ...tabs].map(({ then }) => then);
  const counts = useRecordCounts(meta.key, all).map((one) => one.data);
  const [dropCounts, tabCounts] = [counts.slice(0, drops.length), counts.slice(drops.length)];
  const isFiltered = list.rows.length > 0 || list.q.trim() !== '';
  if (!isFiltered && drops.length === 0 && !tabCounts.some((one) => one && one.count > 0))
    return <Empty title={t('list.neverTitle', { name })} text={t('list.neverText')} />;
  const clear = () => {
    list.setRows([]);
    list.setQ('');
  };
  return (
    <Empty
      icon="filter"
      title={t('list.emptyTitle', { name })}
      text={
        <>
          {list.q.trim() && (
            <span style={{ display: 'block' }}>{t('list.emptySearch', { q: shortened(list.q.trim()) })}</span>
          )}
          <Ways title={t('list.emptyDrop')} ways={drops} counts={dropCounts} />
          <CountBlanks meta={meta} list={list} />
          <Ways title={t('list.emptyTabs')} ways={tabs} counts={tabCounts} />
        </>
      }
      actions={isFiltered && <Button onClick={clear}>{t('list.clearFilters')}</Button>}
    />
  );
}

type Counted = ReturnType<typeof useRecordCounts>[number]['data'];

/** Ways out, each with what it leads to; one to another empty list is none. */
function Ways({ title, ways, counts }: { title: string; ways: Way[]; counts: Counted[] }) {
  const helps = (at: number) => counts[at]?.count !== 0;
  return (
    <>
      {ways.some((_way, at) => helps(at)) && title}
      {ways.map(({ id, act, besides }, at) => {
        const found = counts[at];
        return (
          <span key={id} style={{ display: 'block' }}>
            {helps(at) && (
              <>
                {act}
                {' → '}
                {found ? <Count value={found.count} approximate={found.approximate} /> : '…'}{' '}
              </>
            )}
            {besides}
          </span>
        );
      })}
    </>
  );
}

/** The conditions and the places of a list, each of which may be dropped. */
function useDrops(meta: ObjectMeta, list: RecordList): Way[] {
  const words = useRowWords(list.terms);
  const others = (row: Row) => list.rows.filter((other) => other.id !== row.id);
  const conditionOf = (rows: Row[]) => compile(newGroup('all', rows), list.terms.typeOf).expression ?? undefined;
  const replace = (row: Row) => list.setRows(list.rows.map((other) => (other.id === row.id ? row : other)));
  const { parent, belong, filter } = list;
  const ways = list.rows.map((row): Way => {
    const drop = () => list.setRows(others(row));
    return {
      id: row.id,
      act: (
        <button type="button" className="plain link" onClick={drop} data-testid="drop-condition">
          {rowSaid(words(row))}
        </button>
      ),
      then: { ...filter, condition: conditionOf(others(row)) },
      besides: <CountBlank meta={meta} list={list} row={row} onChange={replace} />,
    };
  });
  if (parent)
    ways.push({ id: 'of', act: <DropParent meta={meta} parent={parent} />, then: { ...filter, of: undefined } });
  if (belong.unit)
    ways.push({ id: 'unit', act: <DropUnit unit={belong.unit} />, then: { ...filter, unit: undefined } });
  if (belong.served_by !== undefined)
    ways.push({
      id: 'served',
      act: <DropServed number={belong.served_by} />,
      then: { ...filter, served_by: undefined },
    });
  return ways;
}

/** The same list under its other tabs. */
function useOtherTabs(meta: ObjectMeta, list: RecordList): Way[] {
  const { label } = useText();
  return meta.refinements
    .filter(({ key }) => key !== list.refinement && meta.list.tabs.includes(key))
    .map(({ key, labels }) => ({
      id: key,
      act: (
        <button type="button" className="plain link" onClick={() => list.setRefinement(key)} data-testid="other-tab">
          {label(labels)}
        </button>
      ),
      then: { ...list.filter, refinement: key },
    }));
}

function DropPlace({ names, children }: { names: string[]; children: ReactNode }) {
  return (
    <Link to={useWithout(names)} data-testid="drop-place">
      {children}
    </Link>
  );
}

function DropParent({ meta, parent }: { meta: ObjectMeta; parent: Given }) {
  const { label } = useText();
  const title = label(meta.fields.find(({ key }) => key === parent.key)?.labels);
  return <DropPlace names={[parent.key]}>{`${title} ${useParentName(parent)}`}</DropPlace>;
}

function DropUnit({ unit }: { unit: InUnit }) {
  const { t } = useText();
  return <DropPlace names={UNIT}>{`${t('place.unit')} ${useUnitName(unit)}`}</DropPlace>;
}

function DropServed({ number }: { number: string }) {
  const { t } = useText();
  return <DropPlace names={['served']}>{`${t('list.servedBy')} ${useServedName(number)}`}</DropPlace>;
}
