import type { FieldKind } from '../kind';
import { NumberEdit, NumberValue } from '../Numbers';

export const kind: FieldKind = { Show: NumberValue, Edit: NumberEdit, fromForm: String, right: true };
