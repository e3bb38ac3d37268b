import { Button } from 'antd';
import { Component, type ReactNode } from 'react';
import { useRouteError } from 'react-router';
import { Page } from '../kit/Page';
import { Panel } from '../kit/Panel';
import { NotFoundState, StateBlock } from '../kit/states';
import { useText } from '../kit/i18n';

/** A page that failed to draw: the rest of the application stays. */
export function CrashPage() {
  const { t } = useText();
  const error = useRouteError();
  console.error(error);
  return (
    <Page crumbs={[{ title: t('state.crashTitle') }]}>
      <Panel flush>
        <CrashState error={error} />
      </Panel>
    </Page>
  );
}

/** Whatever is drawn beside the pages, as dialogs are, and fails: said instead of a white window. */
export class CrashBoundary extends Component<{ children: ReactNode }, { failed: boolean; error?: unknown }> {
  override state: { failed: boolean; error?: unknown } = { failed: false };

  static getDerivedStateFromError(error: unknown) {
    return { failed: true, error };
  }

  override render() {
    return this.state.failed ? <CrashState error={this.state.error} /> : this.props.children;
  }
}

function CrashState({ error }: { error: unknown }) {
  const { t } = useText();
  return (
    <StateBlock
      icon="broken"
      tone="late"
      title={t('state.crashTitle')}
      text={error instanceof Error ? `${t('state.crashText')} ${error.message}` : t('state.crashText')}
      actions={<Button onClick={() => window.location.reload()}>{t('common.reload')}</Button>}
    />
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
