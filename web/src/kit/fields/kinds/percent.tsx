import { Change } from '../../figures';
import * as format from '../../format';
import type { FieldKind, ShowProps } from '../kind';
import { notNumber, NumberEdit } from '../Numbers';

function Show({ field, value }: ShowProps) {
  return field.format === 'change' ? <Change value={value} unit="%" /> : <>{format.percent(value)}</>;
}

export const kind: FieldKind = {
  Show,
  Edit: NumberEdit,
  fromForm: String,
  fault: notNumber,
  right: true,
  columnUnit: () => '',
};
