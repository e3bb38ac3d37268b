import { Modal } from 'antd';
import type { Me } from '../../api';
import { useText } from '../../kit/i18n';
import { SignInCard } from './SignInCard';

/** Layers of the page, as the menu of an editor or what is told at a cell, stay below. */
const ABOVE_ALL = 3000;

/** Asks who was signed in to do so again, over the page as it stands. */
export function SessionEnded({ me, idle, onResume }: { me: Me; idle: boolean; onResume: () => void }) {
  const { t } = useText();
  const text = idle
    ? t('session.idleText', { minutes: Math.round(me.idle_timeout_seconds / 60) })
    : t('session.expiredText');
  return (
    <Modal
      open
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      footer={null}
      width={368}
      zIndex={ABOVE_ALL}
      title={t('session.expiredTitle')}
    >
      <p data-testid="session-ended" className="ink-2" style={{ marginBottom: 14 }}>
        {text}
      </p>
      <SignInCard fixedUser={me.employee_no} onSignedIn={onResume} />
      <p className="small" style={{ marginTop: 12 }}>
        <button type="button" className="plain link" onClick={() => window.location.assign('/')}>
          {t('session.otherUser')}
        </button>
      </p>
    </Modal>
  );
}
