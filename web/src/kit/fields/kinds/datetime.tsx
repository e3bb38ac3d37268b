import { instantOf, wallOf } from '../../clock';
import { DayInput } from '../../DayInput';
import * as format from '../../format';
import type { EditProps, FieldKind, ShowProps } from '../kind';

function Show({ value }: ShowProps) {
  return <span className="nowrap">{format.datetime(String(value))}</span>;
}

function Edit({ testId, value, onChange, id }: EditProps) {
  return (
    <DayInput
      id={id}
      data-testid={testId}
      withTime
      value={value as string | undefined}
      onChange={(at) => onChange?.(at)}
      style={{ width: '100%' }}
    />
  );
}

/** The control holds a moment as the wall clock in Shanghai shows it. */
export const kind: FieldKind = {
  Show,
  Edit,
  toForm: (value) => wallOf(String(value))?.slice(0, 16),
  fromForm: (value) => instantOf(String(value)),
};
