import type { EditProps } from '../kind';
import { OptionsInput } from '../OptionsInput';

export function Edit(props: EditProps) {
  return <OptionsInput {...props} several />;
}
