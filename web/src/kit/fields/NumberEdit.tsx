import { NumberInput } from '../NumberInput';
import type { EditProps } from './kind';
import { PERCENT } from './Numbers';

export function NumberEdit({ field, testId, value, onChange, id }: EditProps) {
  return (
    <NumberInput
      id={id}
      typing={{ percent: field.unit === PERCENT }}
      data-testid={testId}
      value={value as string | undefined}
      onChange={onChange}
      style={{ width: '100%' }}
    />
  );
}
