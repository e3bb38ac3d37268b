import { DayInput } from '../../DayInput';
import type { EditProps } from '../kind';

export function Edit({ testId, value, onChange, onRefused, id, placeholder }: EditProps) {
  return (
    <DayInput
      id={id}
      data-testid={testId}
      value={value as string | undefined}
      onRefused={onRefused}
      placeholder={placeholder}
      onChange={(day) => onChange?.(day)}
      style={{ width: '100%' }}
    />
  );
}
