import { Input } from 'antd';
import { Clip } from '../marks';
import type { EditProps, ShowProps } from './kind';

/** A text on one line, cut in a cell; masked ones are not broken. */
export function Words({ field, value, cell }: ShowProps) {
  const text = Array.isArray(value) ? value.join('、') : String(value);
  return cell ? <Clip>{text}</Clip> : <span className={field.masked ? 'nowrap' : undefined}>{text}</span>;
}

export function LineInput({ testId, value, onChange, id }: EditProps) {
  return (
    <Input id={id} data-testid={testId} value={value as string} onChange={(event) => onChange?.(event.target.value)} />
  );
}
