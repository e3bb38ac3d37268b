import type { FieldKind } from '../kind';
import { notNumber, NumberEdit, NumberValue } from '../Numbers';

export const kind: FieldKind = { Show: NumberValue, Edit: NumberEdit, fromForm: String, fault: notNumber, right: true };
