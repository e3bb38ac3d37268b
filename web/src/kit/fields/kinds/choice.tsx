import type { FieldKind } from '../kind';
import { Options } from '../Options';

export const kind: FieldKind = { Show: Options, grouped: true };
