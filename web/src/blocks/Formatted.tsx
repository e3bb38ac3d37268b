import { Link } from 'react-router';
import type { BlockFormat, CellValue, Option, Value } from '../api';
import { unitText, useText } from '../kit/i18n';
import { formatOf } from '../kit/fields/formats';
import { isMoney, isRef, recordPath } from '../kit/fields/values';
import { Nothing, Plain } from '../kit/figures';
import * as format from '../kit/format';
import { Clip, Tag, toneOf } from '../kit/marks';

type Rich = Extract<CellValue, { text: string }>;

const isRich = (value: unknown): value is Rich => typeof value === 'object' && value !== null && 'text' in value;

type Props = {
  value: CellValue | Value | undefined;
  format: BlockFormat;
  unit?: string | null;
  cell?: boolean;
  /** A cell whose column has no head that says its unit. */
  alone?: boolean;
  options?: Option[];
};

/** One value of a block in the format the server names. `cell` follows the unit of its column. */
export function Formatted({ value, format: kind, unit: given, cell = false, alone = false, options = [] }: Props) {
  const { lang } = useText();
  const unit = given ? unitText(given, lang) : undefined;
  if (value === null || value === undefined || value === '') return <Nothing />;
  const { draw, tagged, linked } = formatOf(kind);
  if (isRich(value)) return tagged ? <Tag tone={toneOf(value.status)}>{value.text}</Tag> : <>{value.text}</>;
  if (isRef(value)) return <Link to={recordPath(value)}>{value.display}</Link>;
  if (options.length > 0) return <Options value={value} options={options} tagged={tagged} />;
  const number = format.toNumber(isMoney(value) ? value.amount : (value as unknown));
  const shown = draw?.({ value, number, unit: given ?? undefined, shownUnit: unit, cell, alone });
  if (shown !== undefined) return <>{shown}</>;
  if (tagged) return <Tags value={value} />;
  if (linked && typeof value === 'string') return <Clip>{value}</Clip>;
  return <Words value={value} unit={unit} lang={lang} />;
}

/** Keys of a choice by their labels, as text or as tags in their status. */
function Options({ value, options, tagged }: { value: CellValue | Value; options: Option[]; tagged?: boolean }) {
  const { t, label } = useText();
  const keys = Array.isArray(value) ? value : [value];
  const found = keys.map(
    (key) =>
      options.find((option) => option.key === String(key)) ?? {
        key: String(key),
        labels: { zh: String(key), en: String(key) },
        status: null,
      },
  );
  if (!tagged && !found.some((option) => option.status))
    return <>{found.map((option) => label(option.labels)).join(t('common.and'))}</>;
  return (
    <span className="row gap-4 wrap">
      {found.map((option) => (
        <ChoiceTag key={option.key} choice={option} />
      ))}
    </span>
  );
}

/** An option as a tag in its status; the levels of a tier have theirs. */
export function ChoiceTag({ choice }: { choice: Option }) {
  const { label } = useText();
  return <Tag tone={toneOf(choice.status)}>{label(choice.labels)}</Tag>;
}

function Words({ value, unit, lang }: { value: CellValue | Value; unit?: string; lang: string }) {
  const { t } = useText();
  if (typeof value === 'boolean') return <>{t(value ? 'common.yes' : 'common.no')}</>;
  if (typeof value === 'number') return <Plain value={value} unit={unit} />;
  if (Array.isArray(value))
    return <>{value.map((item) => (isRef(item) ? item.display : String(item))).join(lang === 'zh' ? '、' : ', ')}</>;
  return (
    <>
      {String(value)}
      {unit && <span className="unit">{unit}</span>}
    </>
  );
}

function Tags({ value }: { value: CellValue | Value }) {
  const all = Array.isArray(value) ? value : [value];
  const first = all[0];
  if (first === undefined || first === null) return <Nothing />;
  const text = isRef(first) ? first.display : String(first);
  return (
    <span className="row gap-4">
      <Tag>{text}</Tag>
      {all.length > 1 && <span className="small ink-3">+{all.length - 1}</span>}
    </span>
  );
}
