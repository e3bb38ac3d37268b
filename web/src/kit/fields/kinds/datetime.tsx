import { instantOf, wallOf } from '../../clock';
import * as format from '../../format';
import type { FieldKind, ShowProps } from '../kind';

function Show({ value }: ShowProps) {
  return <span className="nowrap">{format.datetime(String(value))}</span>;
}

/** The control holds a moment as the wall clock in Shanghai shows it. */
export const kind: FieldKind = {
  Show,
  toForm: (value) => wallOf(String(value))?.slice(0, 16),
  fromForm: (value) => instantOf(String(value)),
};
