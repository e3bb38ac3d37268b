import { Modal } from 'antd';
import { lazy, Suspense } from 'react';
import { useText } from '../i18n';
import { Skeleton } from '../states';

const PasswordForm = lazy(async () => ({ default: (await import('./PasswordForm')).PasswordForm }));

/** Another password, by one's own wish. */
export function PasswordDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText();
  return (
    <Modal open={open} title={t('shell.changePassword')} onCancel={onClose} footer={null} width={380} destroyOnHidden>
      <Suspense fallback={<Skeleton rows={3} />}>
        <PasswordForm onDone={onClose} onCancel={onClose} />
      </Suspense>
    </Modal>
  );
}
