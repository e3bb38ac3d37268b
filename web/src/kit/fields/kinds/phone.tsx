import type { FieldKind } from '../kind';
import { LineInput, Words } from '../Words';

export const kind: FieldKind = { Show: Words, Edit: LineInput };
