import type { EditProps } from '../kind';
import { RecordPicker, type Picked } from '../RecordPicker';

export function Edit({ field, testId, value, onChange, id }: EditProps) {
  return (
    <RecordPicker
      object={field.target ?? ''}
      testId={testId}
      value={value as Picked | undefined}
      onChange={onChange}
      id={id}
    />
  );
}
