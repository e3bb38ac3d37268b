import type { FieldKind, ShowProps } from '../kind';
import { fromPicked, Pointed, toPicked } from '../Pointing';

function Show(props: ShowProps) {
  return <Pointed {...props} linked />;
}

export const kind: FieldKind = {
  Show,
  toForm: toPicked,
  fromForm: fromPicked,
  record: true,
  telling: true,
  grouped: true,
};
