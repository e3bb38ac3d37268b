import type { FieldMeta, RecordRow, Value } from '../../api';
import { NoRight, Nothing } from '../figures';
import { kindOf } from '.';

type Props = {
  field: FieldMeta;
  row: Pick<RecordRow, 'values' | 'refused'>;
  cell?: boolean;
  beside?: Value[];
  headless?: boolean;
};

/** One value of a record by its field's metadata, in a list cell or on a page. */
export function FieldValue({ field, row, cell = false, beside, headless }: Props) {
  const value = row.values[field.key];
  if (field.refused || row.refused.includes(field.key)) return <NoRight />;
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0))
    return <Nothing />;
  const { Show } = kindOf(field);
  return <Show field={field} value={value} cell={cell} beside={beside} headless={headless} />;
}
