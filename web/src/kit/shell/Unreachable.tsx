import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { api, onReach } from '../../api/client';
import { useText } from '../i18n';
import { Icon } from '../Icon';

const RETRY_MS = 5_000;

/** A line over the page while the server cannot be reached; everything is read again once it answers. */
export function Unreachable() {
  const { t } = useText();
  const client = useQueryClient();
  const [down, setDown] = useState(false);
  useEffect(() => onReach((reachable) => setDown(!reachable)), []);
  useEffect(() => {
    if (!down) return;
    const timer = setInterval(() => void ask(), RETRY_MS);
    return () => {
      clearInterval(timer);
      void client.invalidateQueries();
    };
  }, [down, client]);
  if (!down) return null;
  return (
    <div className="alert unreachable" role="alert" data-testid="unreachable">
      <Icon name="offline" />
      <b>{t('state.offlineTitle')}</b>
      <span>{t('state.offlineBanner')}</span>
      <Button size="small" className="right" onClick={() => void ask()}>
        {t('common.retry')}
      </Button>
    </div>
  );
}

/** Whether it answers is told to every listener of the client. */
const ask = () => api.get('/session').catch(() => undefined);
