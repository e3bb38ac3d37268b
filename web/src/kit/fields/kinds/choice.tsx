import type { FieldKind } from '../kind';
import { Options, OptionsInput } from '../Options';

export const kind: FieldKind = { Show: Options, Edit: OptionsInput };
