import { Navigate, useSearchParams } from 'react-router';
import { useCurrentUser } from '../../api/hooks';
import { useText } from '../../kit/i18n';
import { BlocksPage } from '../../blocks/BlocksPage';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { Empty } from '../../kit/states';
import { opening } from './opening';
import { wayTo } from './way';

/** The first page of the day, by role; of a unit below, where the address names one: `?unit=B001`. */
export function HomePage() {
  const { t } = useText();
  const opened = opening(useCurrentUser());
  const unit = useSearchParams()[0].get('unit') ?? undefined;
  if (opened === null) return <NoPage />;
  if ('path' in opened) return <Navigate replace to={opened.path} />;
  return <BlocksPage page={opened.page} unit={unit} crumbs={(answer) => wayTo(answer, t('shell.home'))} />;
}

/** For those whose role leads nowhere yet: what to ask for. */
function NoPage() {
  const { t } = useText();
  return (
    <Page crumbs={[{ title: t('shell.home') }]}>
      <Panel flush>
        <Empty title={t('shell.noPageTitle')} text={t('shell.noPageText')} />
      </Panel>
    </Page>
  );
}
