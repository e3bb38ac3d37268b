import type { FieldKind } from '../kind';
import { notNumber, NumberValue } from '../Numbers';

export const kind: FieldKind = { Show: NumberValue, fromForm: String, fault: notNumber, right: true };
