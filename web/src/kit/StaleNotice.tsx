import { Alert, Button } from 'antd';
import type { ApiError } from '../api/client';
import { useText } from './i18n';

/** Somebody else changed it: the input stays, the new revision can be loaded under it. */
export function StaleNotice({ error, onReload }: { error: ApiError; onReload: () => void }) {
  const { t } = useText();
  const facts = { given: String(error.facts.given ?? '?'), current: String(error.facts.current ?? '?') };
  return (
    <Alert
      type="warning"
      showIcon
      data-testid="stale-notice"
      title={t('state.staleTitle')}
      description={t('state.staleText', facts)}
      action={
        <Button size="small" onClick={onReload} data-testid="stale-reload">
          {t('state.staleReload')}
        </Button>
      }
      style={{ marginBottom: 12 }}
    />
  );
}
