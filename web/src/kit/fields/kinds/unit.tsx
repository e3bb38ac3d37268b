import type { FieldKind } from '../kind';
import { fromPicked, Pointed, toPicked } from '../Pointing';

export const kind: FieldKind = {
  Show: Pointed,
  toForm: toPicked,
  fromForm: fromPicked,
  telling: true,
  grouped: true,
};
