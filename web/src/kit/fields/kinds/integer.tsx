import { wholeOf } from '../../plain';
import type { FieldKind } from '../kind';
import { notWhole, NumberValue } from '../Numbers';

export const kind: FieldKind = { Show: NumberValue, fromForm: wholeOf, fault: notWhole, right: true };
