import { wholeOf } from '../../plain';
import type { FieldKind } from '../kind';
import { notWhole, NumberEdit, NumberValue } from '../Numbers';

export const kind: FieldKind = { Show: NumberValue, Edit: NumberEdit, fromForm: wholeOf, fault: notWhole, right: true };
