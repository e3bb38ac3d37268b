import { DayInput } from '../../DayInput';
import { Expiry } from '../../figures';
import * as format from '../../format';
import type { EditProps, FieldKind, ShowProps } from '../kind';

function Show({ field, value }: ShowProps) {
  return field.role === 'expires_on' ? (
    <Expiry value={String(value)} />
  ) : (
    <span className="nowrap">{format.date(String(value))}</span>
  );
}

function Edit({ testId, value, onChange, id }: EditProps) {
  return (
    <DayInput
      id={id}
      data-testid={testId}
      value={value as string | undefined}
      onChange={(day) => onChange?.(day)}
      style={{ width: '100%' }}
    />
  );
}

export const kind: FieldKind = { Show, Edit };
