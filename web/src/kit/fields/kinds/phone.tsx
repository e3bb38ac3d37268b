import type { FieldKind } from '../kind';
import { Words } from '../Words';

export const kind: FieldKind = { Show: Words };
