import { Link } from 'react-router';
import type { Value } from '../../api';
import { Clip } from '../marks';
import type { ShowProps } from './kind';
import { isRef, recordPath } from './values';
import { Words } from './Words';

/** A record by its name, and the way to it; a place that has no page is only named. */
export function Pointed({ field, value, cell, linked }: ShowProps & { linked?: boolean }) {
  if (!isRef(value)) return <Words field={field} value={value} cell={cell} />;
  const display = cell ? <Clip>{value.display}</Clip> : value.display;
  return linked ? <Link to={recordPath(value)}>{display}</Link> : <>{display}</>;
}

export const toPicked = (value: Value): unknown => (isRef(value) ? { value: value.uid, label: value.display } : value);
export const fromPicked = (value: unknown) =>
  typeof value === 'object' && value !== null && 'value' in value ? String(value.value) : String(value);
