import type { EditProps, FieldKind, ShowProps } from '../kind';
import { fromPicked, Pointed, toPicked } from '../Pointing';
import { RecordPicker, type Picked } from '../RecordPicker';

function Show(props: ShowProps) {
  return <Pointed {...props} linked />;
}

function Edit({ field, testId, value, onChange, id }: EditProps) {
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

export const kind: FieldKind = { Show, Edit, toForm: toPicked, fromForm: fromPicked, record: true, telling: true };
