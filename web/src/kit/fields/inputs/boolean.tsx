import { Checkbox } from 'antd';
import type { EditProps } from '../kind';

export function Edit({ testId, checked, onChange, id }: EditProps) {
  return (
    <Checkbox
      id={id}
      data-testid={testId}
      checked={checked ?? false}
      indeterminate={checked === null}
      onChange={(event) => onChange?.(event.target.checked)}
    />
  );
}
