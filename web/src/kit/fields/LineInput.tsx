import { Input } from 'antd';
import type { EditProps } from './kind';

export function LineInput({ testId, value, onChange, id, placeholder, onBlur }: EditProps) {
  return (
    <Input
      id={id}
      data-testid={testId}
      placeholder={placeholder}
      onBlur={onBlur}
      value={value as string}
      onChange={(event) => onChange?.(event.target.value)}
    />
  );
}
