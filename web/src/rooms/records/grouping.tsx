import { Select } from 'antd';
import type { FieldMeta, ObjectMeta, RecordRow, RecordTotal, Value } from '../../api';
import { useText } from '../../kit/i18n';
import type { Groups } from '../../kit/DataTable';
import { FieldValue } from '../../kit/fields/FieldValue';
import { isRef } from '../../kit/fields/values';
import { decimal, inSentence } from '../../kit/format';
import { useIsPhone } from '../../kit/hooks';
import { canGroup, listedFields } from './listed';
import { useOrderWords } from './ordering';
import { SumText } from './SumText';
import { summable, wholeSum } from './sums';
import { useRecordGroups, type RecordList } from './useRecordList';

type Whose = { meta: ObjectMeta; list: RecordList };

/** By what the list shows its rows together; on a phone, not at all. */
export function GroupSelect({ meta, list }: Whose) {
  const { t, label } = useText();
  const fields = listedFields(meta).filter(
    (field) => canGroup(field) && (list.columns.includes(field.key) || field.key === list.group),
  );
  if (fields.length === 0) return null;
  return (
    <Select
      value={list.group ?? ''}
      onChange={(key) => list.setGroup(key || null)}
      options={[
        { value: '', label: t('list.ungrouped') },
        ...fields.map((field) => ({
          value: field.key,
          label: t('list.groupBy', { name: inSentence(label(field.labels)) }),
        })),
      ]}
      popupMatchSelectWidth={false}
      aria-label={t('list.group')}
      data-testid="group-by"
    />
  );
}

/** By what the list is grouped, and all of its groups as the server has counted them. */
function useWhole(meta: ObjectMeta, list: RecordList) {
  const phone = useIsPhone();
  const field = listedFields(meta).find((one) => one.key === list.group && canGroup(one));
  const summed = summable(meta.fields, list.columns).filter((one) => one.asked !== '');
  const whole = useRecordGroups(
    meta.key,
    list.filter,
    phone ? undefined : field?.key,
    summed.map((one) => one.key),
  );
  return { phone, field, summed, whole: whole.data };
}

/** Groups under whose heads the rows of a page stand; count and sums are those of the whole list. */
export function useGroups(meta: ObjectMeta, list: RecordList): Groups<RecordRow> | undefined {
  const { t } = useText();
  const { phone, field, summed, whole } = useWhole(meta, list);
  if (!field || phone) return undefined;
  const totals = new Map(whole?.groups.map((group) => [keyOf(group.value), group]));
  const head = (rows: RecordRow[]) => {
    const [row] = rows;
    const total = row && totals.get(groupOf(row, field.key));
    return (
      <span className="row gap-12">
        {row && <FieldValue field={field} row={row} cell />}
        {!total && whole?.others && <span className="ink-3">{t('list.groupSmall', { n: whole.groups.length })}</span>}
        {total && (
          <span className="ink-3">
            {rows.length < total.count
              ? t('list.groupPart', { here: decimal(rows.length, 0), n: decimal(total.count, 0) })
              : t(`list.groupCount.${total.count === 1 ? 'one' : 'many'}`, { n: decimal(total.count, 0) })}
          </span>
        )}
        {total && <Sums fields={summed} total={total} />}
      </span>
    );
  };
  const closed = new Set(list.closed);
  return {
    // Any column carries the groups where theirs is not shown.
    column: list.columns.includes(field.key) ? field.key : (list.columns[0] ?? field.key),
    of: (row) => groupOf(row, field.key),
    head,
    closed,
    onToggle: (group) =>
      list.setClosed(closed.has(group) ? list.closed.filter((one) => one !== group) : [...list.closed, group]),
  };
}

/** The options of the field by which rows stand together, where they are ordered by it: so its groups come. */
function optionsInOrder({ meta, list }: Whose): string[] | null {
  const [first] = list.sort;
  const field = first && first.field === list.group && listedFields(meta).find(({ key }) => key === first.field);
  if (!field || field.options.length === 0) return null;
  const keys = field.options.map(({ key }) => key);
  return first.direction === 'desc' ? keys.reverse() : keys;
}

/** The rows of a page in the order of their groups; within a group they stay as they come. */
export function inGroups(rows: RecordRow[], whose: Whose): RecordRow[] {
  const options = optionsInOrder(whose);
  const by = whose.list.group;
  if (!options || by === null) return rows;
  const placeOf = (row: RecordRow) => {
    const at = options.indexOf(groupOf(row, by));
    return at < 0 ? options.length : at;
  };
  return rows.toSorted((one, other) => placeOf(one) - placeOf(other));
}

/** In which order the groups of a page stand. */
function useGroupOrder(whose: Whose): string {
  const { t } = useText();
  const order = useOrderWords(whose.meta)(whose.list.sort);
  if (optionsInOrder(whose)) return t('list.groupsByOption');
  return order ? t('list.groupsByOrder', { order }) : t('list.groupsByNone');
}

/** Said on a phone, whose rows stand in no groups, where the list has some. */
export function NoGroups({ meta, list }: Whose) {
  const { t, label } = useText();
  const { phone, field } = useWhole(meta, list);
  if (!phone || !field) return null;
  return <span className="small ink-3 line">{t('list.groupNotHere', { name: inSentence(label(field.labels)) })}</span>;
}

/** All groups in one line under the rows, for a page has the rows of some. */
export function AllGroups({ meta, list, rows }: { meta: ObjectMeta; list: RecordList; rows: RecordRow[] }) {
  const { t } = useText();
  const { field, summed, whole } = useWhole(meta, list);
  const order = useGroupOrder({ meta, list });
  if (!field || !whole) return null;
  const here = new Set(rows.map((row) => groupOf(row, field.key)));
  const shown = whole.groups.filter((group) => here.has(keyOf(group.value)));
  const all = whole.groups.length + (whole.others?.groups ?? 0);
  const left = whole.total.count - shown.reduce((sum, group) => sum + group.count, 0);
  const elsewhere = { groups: decimal(all - here.size, 0), n: decimal(left, 0) };
  return (
    <div className="panel-foot all-groups" data-testid="all-groups">
      <span>{t('list.groupsAll', { groups: decimal(all, 0), n: decimal(whole.total.count, 0) })}</span>
      <Sums fields={summed} total={whole.total} />
      {here.size > 1 && (
        <span className="ink-3" data-testid="groups-order">
          {order}
        </span>
      )}
      {all > here.size && (
        // How many are left is known where all groups of the page are counted.
        <b>{t(shown.length === here.size ? 'list.groupsElsewhere' : 'list.groupsUncounted', elsewhere)}</b>
      )}
    </div>
  );
}

function Sums({ fields, total }: { fields: FieldMeta[]; total: RecordTotal }) {
  return fields.map((one) => (
    <span key={one.key} className="ink-3">
      <SumText sum={wholeSum(one, total)} among />
    </span>
  ));
}

/** The group of a row as it stands in an address: the key of an option, the uid of a record, nothing where there is no value. */
const groupOf = (row: RecordRow, key: string) => keyOf(row.values[key] ?? null);

function keyOf(value: Value): string {
  return isRef(value) ? value.uid : value === null ? '' : String(value);
}
