import { Input } from 'antd';
import type { EditProps, FieldKind, ShowProps } from '../kind';

function Show({ value }: ShowProps) {
  return <pre className="message">{String(value)}</pre>;
}

function Edit({ testId, value, onChange, id }: EditProps) {
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

export const kind: FieldKind = { Show, Edit, wide: true };
