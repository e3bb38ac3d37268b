/** Records without a value, which a negated condition of a list leaves out: how many they are, and whether they count. */
import type { ObjectMeta } from '../../api';
import { asksOfBlank, BlankChoice } from '../../kit/condition/blank';
import { compile, isComplete, isNegation, newGroup, newRow, type Row } from '../../kit/condition/model';
import { decimal } from '../../kit/format';
import { useText } from '../../kit/i18n';
import { Icon } from '../../kit/Icon';
import { useRecordCount, type RecordList } from './useRecordList';

type Props = { meta: ObjectMeta; list: RecordList; row: Row; onChange: (row: Row) => void };

/** How many of the list's other conditions have no value of a row's field; asked only where they could be meant. */
function useLacking({ meta, list, row }: Omit<Props, 'onChange'>): number {
  const others = list.rows.filter((other) => other.id !== row.id);
  const blank = newGroup('all', [...others, newRow(row.field, 'is_empty')]);
  const condition = compile(blank, list.terms.typeOf).expression ?? undefined;
  const asked = isComplete(row) && isNegation(row, list.terms.typeOf(row.field), false);
  const count = useRecordCount(meta.key, { ...list.filter, condition }, false, asked);
  return asked ? (count.data?.count ?? 0) : 0;
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

/** The way out of a list that is empty because they do not count. */
export function CountBlank(props: Props) {
  const { t } = useText();
  const lacking = useLacking(props);
  const { meta, row, onChange } = props;
  if (lacking === 0 || row.blank === 'holds') return null;
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
