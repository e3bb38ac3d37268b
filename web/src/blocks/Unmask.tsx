import { lazy, Suspense, useState } from 'react';
import { useText } from '../kit/i18n';
import { Icon } from '../kit/Icon';

// With a form of its own: loaded by whoever asks.
const UnmaskDialog = lazy(async () => ({ default: (await import('./UnmaskDialog')).UnmaskDialog }));

type Props = {
  object: string;
  uid: string;
  field: string;
  label: string;
  value: string;
  bare?: boolean;
  work?: string;
};

/**
 * A masked value and the way to see it: one item, with a reason, recorded. `bare`: the value stands elsewhere; `work`: it is
 * what this work proposes for the record.
 */
export function Unmask({ object, uid, field, label, value, bare = false, work }: Props) {
  const { t } = useText();
  const [open, setOpen] = useState<boolean | null>(null);
  const [clear, setClear] = useState<string | null>(null);
  if (clear !== null)
    return (
      <span className="strong" data-testid={`unmasked-${field}`}>
        {clear}
      </span>
    );
  return (
    <span className="unmask">
      {!bare && <span className="nowrap">{value}</span>}
      <button type="button" className="plain link nowrap" onClick={() => setOpen(true)} data-testid={`unmask-${field}`}>
        <Icon name="hidden" size={13} /> {t('unmask.ask')}
      </button>
      <Suspense fallback={null}>
        {open !== null && (
          <UnmaskDialog
            object={object}
            uid={uid}
            field={field}
            label={label}
            work={work}
            open={open}
            onClose={() => setOpen(false)}
            onShown={setClear}
          />
        )}
      </Suspense>
    </span>
  );
}
