import { Expiry } from '../../figures';
import * as format from '../../format';
import type { FieldKind, ShowProps } from '../kind';

function Show({ field, value }: ShowProps) {
  return field.role === 'expires_on' ? (
    <Expiry value={String(value)} />
  ) : (
    <span className="nowrap">{format.date(String(value))}</span>
  );
}

export const kind: FieldKind = { Show };
