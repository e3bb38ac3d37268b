import type { FieldKind } from '../kind';
import { fromPicked, PlaceInput, Pointed, toPicked } from '../Pointing';

export const kind: FieldKind = {
  Show: Pointed,
  Edit: PlaceInput,
  toForm: toPicked,
  fromForm: fromPicked,
  telling: true,
};
