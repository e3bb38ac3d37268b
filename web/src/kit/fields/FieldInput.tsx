import { kindOf } from '.';
import type { EditProps } from './kind';

/** The control for a field. Form.Item gives it its value. */
export function FieldInput(props: EditProps) {
  const { Edit } = kindOf(props.field);
  return <Edit {...props} />;
}
