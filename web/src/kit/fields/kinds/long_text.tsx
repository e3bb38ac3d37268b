import type { FieldKind, ShowProps } from '../kind';

function Show({ value }: ShowProps) {
  return <pre className="message">{String(value)}</pre>;
}

export const kind: FieldKind = { Show, wide: true };
