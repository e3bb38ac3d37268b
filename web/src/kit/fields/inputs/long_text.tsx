import { Input } from 'antd';
import type { EditProps } from '../kind';

export function Edit({ testId, value, onChange, id }: EditProps) {
  return (
    <Input.TextArea
      id={id}
      data-testid={testId}
      rows={4}
      value={value as string}
      onChange={(event) => onChange?.(event.target.value)}
    />
  );
}
