import type { ComponentPropsWithRef } from 'react';
import type { Me } from '../../api';
import { useText } from '../i18n';
import { Icon } from '../Icon';

/** Who is signed in, where, and as what. */
export function UserButton({ me, ...button }: { me: Me } & ComponentPropsWithRef<'button'>) {
  const { label } = useText();
  const place = [me.units[0]?.name, label(me.roles[0]?.labels)].filter(Boolean).join(' · ');
  return (
    <button {...button} type="button" className="plain who" aria-haspopup="menu" data-testid="user-menu">
      <span className="avatar">{me.name.slice(0, 1)}</span>
      <span>
        <span className="name" style={{ display: 'block' }}>
          {me.name}
        </span>
        <span className="unit-name" style={{ display: 'block' }}>
          {place}
        </span>
      </span>
      <Icon name="down" size={14} />
    </button>
  );
}
