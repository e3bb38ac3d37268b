import { Link } from 'react-router';
import type { FieldMeta, RecordRow, Value } from '../../api';
import { unitText, useText } from '../../app/i18n';
import { isRef, recordPath } from '../../blocks/Formatted';
import { Change, Expiry, Money, MoneyCell, NoRight, Nothing, Plain } from '../../kit/figures';
import * as format from '../../kit/format';
import { Clip, Tag, TierTag, toneOf } from '../../kit/marks';

/** Indicators that are changes and not amounts: their names say so. */
const CHANGES = /inflow|change|growth|return|profit|pnl|较|净流入|变动|收益/;

export const isChange = (field: FieldMeta) =>
  (field.type === 'money' || field.type === 'percent' || field.type === 'decimal') && CHANGES.test(`${field.key} ${field.labels.zh}`);

const isTier = (field: FieldMeta) => /tier|等级|分层/.test(`${field.key} ${field.labels.zh}`) && !/risk|风险/.test(`${field.key} ${field.labels.zh}`);

type Props = { field: FieldMeta; row: Pick<RecordRow, 'values' | 'refused'>; cell?: boolean };

/** One value of a record by its field's metadata, in a list cell or on a page. */
export function FieldValue({ field, row, cell = false }: Props) {
  const value = row.values[field.key];
  if (field.refused || row.refused.includes(field.key)) return <NoRight />;
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return <Nothing />;
  return <Shown field={field} value={value} cell={cell} />;
}

function Shown({ field, value, cell }: { field: FieldMeta; value: Value; cell: boolean }) {
  const { t, lang } = useText();
  switch (field.type) {
    case 'money':
      if (isChange(field)) return <Change value={value} cell={cell} />;
      return cell ? <MoneyCell value={value} /> : <Money value={value} />;
    case 'percent':
      return isChange(field) ? <Change value={value} unit="%" /> : <>{format.percent(value)}</>;
    case 'integer':
    case 'decimal':
      return <Plain value={value} unit={cell || !field.unit ? undefined : unitText(field.unit, lang)} />;
    case 'boolean':
      return <>{t(value ? 'common.yes' : 'common.no')}</>;
    case 'date':
      if (field.role === 'expires_on') return <Expiry value={String(value)} />;
      return <span className="nowrap">{format.date(String(value))}</span>;
    case 'datetime':
      return <span className="nowrap">{format.datetime(String(value))}</span>;
    case 'choice':
    case 'multi_choice':
    case 'tag':
      return <Options field={field} value={value} cell={cell} />;
    case 'long_text':
      return <pre className="message">{String(value)}</pre>;
    default:
      return <Text field={field} value={value} cell={cell} />;
  }
}

function Text({ field, value, cell }: { field: FieldMeta; value: Value; cell: boolean }) {
  if (isRef(value)) {
    const display = cell ? <Clip>{value.display}</Clip> : value.display;
    return field.target && value.object !== 'unit' ? <Link to={recordPath(value)}>{display}</Link> : <>{display}</>;
  }
  const text = Array.isArray(value) ? value.join('、') : String(value);
  return cell ? <Clip>{text}</Clip> : <span className={field.masked ? 'nowrap' : undefined}>{text}</span>;
}

function Options({ field, value, cell }: { field: FieldMeta; value: Value; cell: boolean }) {
  const { t, label } = useText();
  const keys = Array.isArray(value) ? value : [value];
  const shown = cell ? keys.slice(0, 1) : keys;
  return (
    <span className={cell ? 'row gap-4 nowrap' : 'row gap-4 wrap'}>
      {shown.map((key) => {
        const option = field.options.find((item) => item.key === String(key));
        const text = option ? label(option.labels) : typeof key === 'boolean' ? t(key ? 'common.yes' : 'common.no') : String(key);
        if (isTier(field)) return <TierTag key={text} tier={String(key)} text={text} />;
        const plain = field.type === 'choice' && !option?.status;
        return plain ? <span key={text}>{text}</span> : <Tag key={text} tone={toneOf(option?.status)}>{text}</Tag>;
      })}
      {cell && keys.length > 1 && <span className="small ink-3">+{keys.length - 1}</span>}
    </span>
  );
}

export const isRight = (field: FieldMeta) => ['money', 'percent', 'integer', 'decimal'].includes(field.type);
