import { Modal } from 'antd';
import { useText } from '../i18n';
import { PasswordForm } from './PasswordForm';

/** Another password, by one's own wish. */
export function PasswordDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText();
  return (
    <Modal open={open} title={t('shell.changePassword')} onCancel={onClose} footer={null} width={380} destroyOnHidden>
      <PasswordForm onDone={onClose} onCancel={onClose} />
    </Modal>
  );
}
