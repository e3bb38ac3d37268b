import { Change } from '../../figures';
import * as format from '../../format';
import type { FieldKind, ShowProps } from '../kind';
import { notNumber } from '../Numbers';

function Show({ field, value }: ShowProps) {
  return field.format === 'change' ? <Change value={value} unit="%" /> : <>{format.percent(value)}</>;
}

export const kind: FieldKind = {
  Show,
  fromForm: String,
  fault: notNumber,
  right: true,
  typedAs: 'percent',
  columnUnit: () => '',
};
