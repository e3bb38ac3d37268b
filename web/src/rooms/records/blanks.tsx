/** Records without a value, which a negated condition of a list leaves out: how many they are, and whether they count. */
import type { ObjectMeta } from '../../api';
import { asksOfBlank, BlankChoice } from '../../kit/condition/blank';
import { compile, isComplete, isNegation, newGroup, newRow, type Row } from '../../kit/condition/model';
import { Count } from '../../kit/figures';
import { decimal } from '../../kit/format';
import { useText } from '../../kit/i18n';
import { Icon } from '../../kit/Icon';
import { useRecordCount, type RecordList } from './useRecordList';

type Props = { meta: ObjectMeta; list: RecordList; row: Row; onChange: (row: Row) => void };

const isAsked = (list: RecordList, row: Row) => isComplete(row) && isNegation(row, list.terms.typeOf(row.field), false);

/** Whether nobody has said yet if those without a value count. */
const isOpen = (list: RecordList, row: Row) => row.blank === undefined && isAsked(list, row);

const counting = (list: RecordList, row: Row): Row => (isOpen(list, row) ? { ...row, blank: 'holds' } : row);

/**
 * How many of the list's other conditions have no value of a row's field; asked only where they could be meant. Of others
 * of which that is not said either, as if none left them out: two would each hide what the other one leaves out.
 */
function useLacking({ meta, list, row }: Omit<Props, 'onChange'>): number {
  const others = list.rows.filter((other) => other.id !== row.id).map((other) => counting(list, other));
  const asked = isAsked(list, row);
  const count = useCountOf(meta, list, [...others, newRow(row.field, 'is_empty')], asked);
  return asked ? (count ?? 0) : 0;
}

function useCountOf(meta: ObjectMeta, list: RecordList, rows: Row[], asked: boolean): number | undefined {
  const condition = compile(newGroup('all', rows), list.terms.typeOf).expression ?? undefined;
  return useRecordCount(meta.key, { ...list.filter, condition }, false, asked).data?.count;
}

const whose = (meta: ObjectMeta) => (meta.role === 'party' ? 'party' : 'record');

/** The question at the editor of a condition. */
export function BlankAsk(props: Props) {
  const { t } = useText();
  const lacking = useLacking(props);
  const { meta, list, row, onChange } = props;
  if (!asksOfBlank(row, list.terms.typeOf(row.field), false, lacking)) return null;
  const ask = t(`list.noValueAsk.${whose(meta)}`, { n: decimal(lacking, 0) });
  return <BlankChoice row={row} excluded={false} ask={ask} onChange={onChange} />;
}

/** On the chip of a condition: how many it leaves out while nobody has said whether they count. */
export function BlankMark(props: Omit<Props, 'onChange'>) {
  const { t } = useText();
  const lacking = useLacking(props);
  if (lacking === 0 || props.row.blank !== undefined) return null;
  return (
    <span className="chip-mark tone-attention" data-testid="blank-mark">
      <Icon name="alert" size={12} /> {t(`list.noValue.${whose(props.meta)}`, { n: decimal(lacking, 0) })}
    </span>
  );
}

/** The way out of a list that is empty because they do not count: where this condition alone leaves them out. */
export function CountBlank(props: Props) {
  const { t } = useText();
  const { meta, list, row, onChange } = props;
  const asked = isAsked(list, row) && row.blank !== 'holds';
  const others = list.rows.filter((other) => other.id !== row.id);
  const lacking = useCountOf(meta, list, [...others, newRow(row.field, 'is_empty')], asked) ?? 0;
  if (!asked || lacking === 0) return null;
  return (
    <button
      type="button"
      className="plain link"
      onClick={() => onChange({ ...row, blank: 'holds' })}
      data-testid="count-blank"
    >
      {t(`list.countBlank.${whose(meta)}`, { n: decimal(lacking, 0) })}
    </button>
  );
}

/** The same where several conditions leave them out together, none of which would help alone. */
export function CountBlanks({ meta, list }: Omit<Props, 'row' | 'onChange'>) {
  const { t } = useText();
  const several = list.rows.filter((row) => isOpen(list, row)).length > 1;
  const counted = list.rows.map((row) => counting(list, row));
  const found = useCountOf(meta, list, counted, several) ?? 0;
  if (!several || found === 0) return null;
  return (
    <span style={{ display: 'block' }}>
      <button type="button" className="plain link" onClick={() => list.setRows(counted)} data-testid="count-blanks">
        {t('list.countBlanks')}
      </button>
      {' → '}
      <Count value={found} />
    </span>
  );
}
