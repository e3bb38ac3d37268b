import { Clip } from '../marks';
import type { ShowProps } from './kind';

/** A text on one line, cut in a cell; masked ones are not broken. */
export function Words({ field, value, cell }: ShowProps) {
  const text = Array.isArray(value) ? value.join('、') : String(value);
  return cell ? <Clip>{text}</Clip> : <span className={field.masked ? 'nowrap' : undefined}>{text}</span>;
}
