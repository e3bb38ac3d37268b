import { Button } from 'antd';
import { useRouteError } from 'react-router';
import { Page } from '../kit/Page';
import { Panel } from '../kit/Panel';
import { NotFoundState, StateBlock } from '../kit/states';
import { useText } from './i18n';

/** A page that failed to draw: the rest of the application stays. */
export function CrashPage() {
  const { t } = useText();
  const error = useRouteError();
  console.error(error);
  return (
    <Page crumbs={[{ title: t('state.crashTitle') }]}>
      <Panel flush>
        <StateBlock
          icon="broken"
          tone="late"
          title={t('state.crashTitle')}
          text={error instanceof Error ? `${t('state.crashText')} ${error.message}` : t('state.crashText')}
          actions={<Button onClick={() => window.location.reload()}>{t('common.reload')}</Button>}
        />
      </Panel>
    </Page>
  );
}

export function NotFoundPage() {
  const { t } = useText();
  return (
    <Page crumbs={[{ title: t('state.notFoundTitle') }]}>
      <Panel flush>
        <NotFoundState />
      </Panel>
    </Page>
  );
}
