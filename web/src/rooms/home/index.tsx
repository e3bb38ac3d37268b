import { useCurrentUser } from '../../api/hooks';
import { useText } from '../../app/i18n';
import { BlocksPage } from '../../blocks/BlocksPage';

/** The first page of the day, by role. */
export function HomePage() {
  const { t } = useText();
  const me = useCurrentUser();
  const page = me.home.startsWith('home_') ? me.home : `home_${me.home}`;
  return <BlocksPage page={page} crumbs={(answer) => [{ title: answer?.title || t('shell.home') }]} />;
}
