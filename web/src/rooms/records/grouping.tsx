import { Select } from 'antd';
import type { FieldMeta, ObjectMeta, RecordRow } from '../../api';
import { useText } from '../../kit/i18n';
import type { Groups } from '../../kit/DataTable';
import { FieldValue } from '../../kit/fields/FieldValue';
import { isRef } from '../../kit/fields/values';
import { decimal } from '../../kit/format';
import { kindOf } from '../../kit/fields';
import { useIsPhone } from '../../kit/hooks';
import { SumText } from './SumText';
import { summable, sumOver } from './sums';
import type { RecordList } from './useRecordList';

/** What many records have in common: an option, yes or no, a unit, a person. What people are called or reached by is theirs alone. */
export const canGroup = (field: FieldMeta) => !field.masked && !field.refused && kindOf(field).grouped === true;

/** By what the list shows its rows together; on a phone, not at all. */
export function GroupSelect({ meta, list }: { meta: ObjectMeta; list: RecordList }) {
  const { t, label } = useText();
  const fields = meta.fields.filter((field) => canGroup(field) && list.columns.includes(field.key));
  if (fields.length === 0) return null;
  return (
    <Select
      value={list.group ?? ''}
      onChange={(key) => list.setGroup(key || null)}
      options={[
        { value: '', label: t('list.ungrouped') },
        ...fields.map((field) => ({ value: field.key, label: t('list.groupBy', { name: label(field.labels) }) })),
      ]}
      popupMatchSelectWidth={false}
      aria-label={t('list.group')}
      data-testid="group-by"
    />
  );
}

/** The groups of the rows shown; a list of several pages says that it groups the one that is shown. */
export function useGroups(meta: ObjectMeta, list: RecordList): Groups<RecordRow> | undefined {
  const { t } = useText();
  const phone = useIsPhone();
  const field = meta.fields.find((one) => one.key === list.group && canGroup(one));
  if (!field || phone || !list.columns.includes(field.key)) return undefined;
  const { previous_cursor: before, next_cursor: after } = list.page.data ?? {};
  const count = before || after ? 'list.groupOnPage' : 'list.groupCount';
  const head = (rows: RecordRow[]) => (
    <span className="row gap-12">
      {rows[0] && <FieldValue field={field} row={rows[0]} cell />}
      <span className="ink-3">{t(count, { n: decimal(rows.length, 0) })}</span>
      {summable(meta.fields, list.columns).map((one) => {
        const sum = sumOver(one, rows);
        return (
          sum && (
            <span key={one.key} className="ink-3">
              <SumText sum={sum} />
            </span>
          )
        );
      })}
    </span>
  );
  const closed = new Set(list.closed);
  return {
    column: field.key,
    of: (row) => groupOf(row, field.key),
    head,
    closed,
    onToggle: (group) =>
      list.setClosed(closed.has(group) ? list.closed.filter((one) => one !== group) : [...list.closed, group]),
  };
}

/** The group of a row as it stands in an address: the key of an option, the uid of a record, nothing where there is no value. */
function groupOf(row: RecordRow, key: string): string {
  const value = row.values[key] ?? null;
  return isRef(value) ? value.uid : value === null ? '' : String(value);
}
