import type { ComponentType } from 'react';
import type { EditProps } from './kind';

const modules = import.meta.glob<{ Edit: ComponentType<EditProps> }>(['./inputs/*.tsx'], { eager: true });
const controls = new Map(
  Object.entries(modules).map(([path, module]) => [path.replace(/^.*\/(\w+)\.tsx$/, '$1'), module.Edit]),
);

/** The control for a field; of a kind that this page does not know yet that of a text. Form.Item gives it its value. */
export function FieldInput(props: EditProps) {
  const Edit = controls.get(props.field.web) ?? controls.get('text');
  if (!Edit) throw new Error('no controls of fields');
  return <Edit {...props} />;
}
