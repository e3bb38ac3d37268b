import { Input } from 'antd';
import type { EditProps } from './kind';

export function LineInput({ testId, value, onChange, id }: EditProps) {
  return (
    <Input id={id} data-testid={testId} value={value as string} onChange={(event) => onChange?.(event.target.value)} />
  );
}
