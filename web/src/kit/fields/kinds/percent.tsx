import { Change } from '../../figures';
import * as format from '../../format';
import type { FieldKind, ShowProps } from '../kind';
import { notPercent } from '../Numbers';

function Show({ field, value }: ShowProps) {
  return field.format === 'change' ? <Change value={value} unit="%" /> : <>{format.percent(value)}</>;
}

export const kind: FieldKind = {
  Show,
  fromForm: String,
  fault: notPercent,
  right: true,
  typedAs: 'percent',
  columnUnit: () => '',
};
