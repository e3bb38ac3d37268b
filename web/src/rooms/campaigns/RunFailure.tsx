import type { CampaignRun } from '../../api';
import { useText } from '../../kit/i18n';
import { Icon } from '../../kit/Icon';

/** Why heavy work of a campaign was not completed; nothing while it is under way or done. */
export function RunFailure({ run, title, id }: { run: CampaignRun | null | undefined; title: string; id: string }) {
  const { lang } = useText();
  if (!run || run.under_way) return null;
  const { message = '', message_en = '' } = run.error ?? {};
  return (
    <div className="alert attention" role="alert" data-testid={id}>
      <Icon name="alert" />
      <div>
        <b>{title}</b>
        <p className="small">{(lang === 'en' && message_en) || message}</p>
      </div>
    </div>
  );
}
