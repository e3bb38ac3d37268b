import type { FieldKind, ShowProps } from '../kind';

/** A web address, opened beside this page; the other side learns nothing of where its visitor came from. */
function Show({ value, cell }: ShowProps) {
  const address = String(value);
  if (!/^https?:\/\//.test(address)) return <>{address}</>;
  return (
    <a className={cell ? 'clip' : undefined} title={address} href={address} target="_blank" rel="noopener noreferrer">
      {address.replace(/^https?:\/\//, '')}
    </a>
  );
}

export const kind: FieldKind = { Show };
