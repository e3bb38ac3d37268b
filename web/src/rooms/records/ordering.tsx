import { Select } from 'antd';
import type { ObjectMeta, Sort } from '../../api';
import { useText } from '../../kit/i18n';
import { inSentence } from '../../kit/format';
import { listedFields } from './listed';
import { mayOrder, sortText } from './shown';
import type { RecordList } from './useRecordList';

/** What every list can be ordered by beside its fields: the order in which records were made. */
const MADE = 'id';

/** An order in words: 总资产降序、姓名升序. */
export function useOrderWords(meta: ObjectMeta): (sort: Sort[]) => string {
  const { t, label } = useText();
  const labels = new Map(listedFields(meta).map((field) => [field.key, inSentence(label(field.labels))]));
  labels.set(MADE, t('list.orderMade'));
  return (sort) =>
    sort
      .flatMap(({ field, direction }) => {
        const name = labels.get(field);
        return name === undefined ? [] : t(`list.order.${direction}`, { name });
      })
      .join(t('common.and'));
}

/** By what a list is ordered, where the head of no column says it. */
export function OrderNote({ meta, list }: { meta: ObjectMeta; list: RecordList }) {
  const { t } = useText();
  const words = useOrderWords(meta);
  const order = words(list.sort);
  if (!order || list.sort.every(({ field }) => list.columns.includes(field))) return null;
  return (
    <span className="ink-3 desk-only" data-testid="order-note">
      {t('list.ordered', { order })}
    </span>
  );
}

const DIRECTIONS = ['desc', 'asc'] as const;

/** The order of a list on a phone, which has no heads: by one of its columns, either way. */
export function OrderSelect({ meta, list }: { meta: ObjectMeta; list: RecordList }) {
  const { t } = useText();
  const words = useOrderWords(meta);
  const fields = listedFields(meta).filter((field) => list.columns.includes(field.key) && mayOrder(field));
  const orders = new Map(
    [list.sort, ...fields.flatMap(({ key }) => DIRECTIONS.map((direction) => [{ field: key, direction }]))]
      .filter((sort) => sort.length > 0)
      .map((sort) => [sortText(sort), sort]),
  );
  if (orders.size === 0) return null;
  return (
    <Select
      className="line"
      value={sortText(list.sort) || undefined}
      placeholder={t('list.orderNone')}
      onChange={(text) => list.setSort(orders.get(text) ?? list.sort)}
      options={[...orders].map(([value, sort]) => ({ value, label: words(sort) }))}
      showSearch={false}
      aria-label={t('list.orderLabel')}
      data-testid="order-by"
    />
  );
}
