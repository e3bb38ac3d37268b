import { notifyManager, useQueryClient, type Query } from '@tanstack/react-query';
import { Button } from 'antd';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { isReachable, onReach } from '../../api/client';
import { isUnreachable, Patience } from '../../api/patience';
import { useText } from '../i18n';
import { Icon } from '../Icon';

/** A line over the page while the server cannot be reached; what failed is read again once it is back. */
export function Unreachable() {
  const { t } = useText();
  const client = useQueryClient();
  const [down, setDown] = useState(() => !isReachable());
  const [patience] = useState(() => new Patience());
  const blank = useHasBlank();
  useEffect(() => onReach((reachable) => !reachable && setDown(true)), []);
  const back = useCallback(() => {
    setDown(false);
    void client.invalidateQueries({ predicate: ({ state }) => isUnreachable(state.error) });
  }, [client]);
  useEffect(() => (down ? patience.until(back) : undefined), [down, patience, back]);
  if (!down) return null;
  return (
    <div className="alert unreachable" role="alert" data-testid="unreachable">
      <Icon name="offline" />
      <b>{t('state.offlineTitle')}</b>
      <span>{t(blank ? 'state.offlineBlank' : 'state.offlineBanner')}</span>
      <Button size="small" className="right" onClick={() => void patience.ask(back)}>
        {t('common.retry')}
      </Button>
    </div>
  );
}

/** Whether the page waits for something that it never had. */
function useHasBlank(): boolean {
  const cache = useQueryClient().getQueryCache();
  return useSyncExternalStore(
    useCallback((tell) => cache.subscribe(notifyManager.batchCalls(tell)), [cache]),
    () => cache.findAll({ type: 'active' }).some(isBlank),
  );
}

const isBlank = ({ state }: Query) =>
  state.data === undefined && (state.status === 'pending' || isUnreachable(state.error));
