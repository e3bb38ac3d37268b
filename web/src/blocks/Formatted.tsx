import { Link } from 'react-router';
import type { BlockFormat, CellValue, MoneyValue, Option, Ref, Value } from '../api';
import { unitText, useText } from '../app/i18n';
import { Change, Count, Money, MoneyCell, Nothing, Plain } from '../kit/figures';
import * as format from '../kit/format';
import { Clip, Tag, TierTag, toneOf } from '../kit/marks';

type Rich = Extract<CellValue, { text: string }>;

export const isRef = (value: unknown): value is Ref =>
  typeof value === 'object' && value !== null && 'display' in value && 'uid' in value;

const isMoney = (value: unknown): value is MoneyValue => typeof value === 'object' && value !== null && 'amount' in value;

const isRich = (value: unknown): value is Rich =>
  typeof value === 'object' && value !== null && 'text' in value;

export function recordPath(ref: Ref): string {
  return `/records/${ref.object}/${ref.uid}`;
}

type Props = { value: CellValue | Value | undefined; format: BlockFormat; unit?: string | null; cell?: boolean; options?: Option[] };

/** One value of a block in the format the server names. `cell` follows the unit of its column. */
export function Formatted({ value, format: kind, unit: given, cell = false, options = [] }: Props) {
  const { lang } = useText();
  const unit = given ? unitText(given, lang) : undefined;
  if (value === null || value === undefined || value === '') return <Nothing />;
  if (isRich(value)) return <RichText value={value} kind={kind} />;
  if (isRef(value)) return <Link to={recordPath(value)}>{value.display}</Link>;
  if (options.length > 0) return <Options value={value} options={options} kind={kind} />;
  const number = format.toNumber(isMoney(value) ? value.amount : (value as unknown));
  switch (kind) {
    case 'money':
      return cell ? <MoneyCell value={number} /> : <Money value={number} />;
    case 'change':
      return <Change value={number} unit={given ?? undefined} cell={cell} />;
    case 'count':
      return number === null ? <Nothing /> : <><Count value={number} />{!cell && unit && <span className="unit">{unit}</span>}</>;
    case 'percent':
      return <span className="nowrap">{format.percent(number)}</span>;
    case 'date':
      return <span className="nowrap">{format.date(String(value))}</span>;
    case 'datetime':
      return <span className="nowrap">{format.datetime(String(value))}</span>;
    case 'tag':
      return <Tags value={value} />;
    case 'link':
      return typeof value === 'string' ? <Clip>{value}</Clip> : <Words value={value} unit={unit} lang={lang} />;
    default:
      return <Words value={value} unit={unit} lang={lang} />;
  }
}

/** Keys of a choice by their labels, as text or as tags in their status. */
function Options({ value, options, kind }: { value: CellValue | Value; options: Option[]; kind: BlockFormat }) {
  const { t, label } = useText();
  const keys = Array.isArray(value) ? value : [value];
  const found = keys.map((key) => options.find((option) => option.key === String(key)) ?? { key: String(key), labels: { zh: String(key), en: String(key) }, status: null });
  if (kind !== 'tag' && !found.some((option) => option.status)) return <>{found.map((option) => label(option.labels)).join(t('common.and'))}</>;
  return (
    <span className="row gap-4 wrap">
      {found.map((option) => <ChoiceTag key={option.key} choice={option} />)}
    </span>
  );
}

/** An option as a tag: by its status, else as a tier. */
export function ChoiceTag({ choice }: { choice: Option }) {
  const { label } = useText();
  const text = label(choice.labels);
  return choice.status ? <Tag tone={toneOf(choice.status)}>{text}</Tag> : <TierTag tier={choice.key} text={text} />;
}

function Words({ value, unit, lang }: { value: CellValue | Value; unit?: string; lang: string }) {
  const { t } = useText();
  if (typeof value === 'boolean') return <>{t(value ? 'common.yes' : 'common.no')}</>;
  if (typeof value === 'number') return <Plain value={value} unit={unit} />;
  if (Array.isArray(value)) return <>{value.map((item) => (isRef(item) ? item.display : String(item))).join(lang === 'zh' ? '、' : ', ')}</>;
  return <>{String(value)}{unit && <span className="unit">{unit}</span>}</>;
}

function Tags({ value }: { value: CellValue | Value }) {
  const all = Array.isArray(value) ? value : [value];
  const first = all[0];
  if (first === undefined || first === null) return <Nothing />;
  const text = isRef(first) ? first.display : String(first);
  return (
    <span className="row gap-4">
      <TierTag tier={text} />
      {all.length > 1 && <span className="small ink-3">+{all.length - 1}</span>}
    </span>
  );
}

function RichText({ value: { text, status }, kind }: { value: Rich; kind: BlockFormat }) {
  return kind === 'tag' ? <Tag tone={toneOf(status)}>{text}</Tag> : <>{text}</>;
}
