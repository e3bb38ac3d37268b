import { Button } from 'antd';
import { useText } from '../../kit/i18n';
import { Entrance } from './Entrance';

/** In the place of a page whose reader is signed in no longer while somebody else is: nothing of it is shown or done. */
export function OtherPerson() {
  const { t } = useText();
  return (
    <Entrance title={t('session.otherTitle')}>
      <p className="ink-2" style={{ marginBottom: 14 }} role="alert" data-testid="other-person">
        {t('session.otherText')}
      </p>
      <Button type="primary" block onClick={() => window.location.reload()} data-testid="other-reload">
        {t('common.reload')}
      </Button>
    </Entrance>
  );
}
