import type { CampaignState } from '../../api';
import { useText } from '../../kit/i18n';
import { Tag, type Tone } from '../../kit/marks';

const TONES: Record<CampaignState, Tone> = {
  draft: 'plain',
  confirming: 'attention',
  confirmed: 'blue',
  running: 'done',
  paused: 'attention',
  stopped: 'late',
  finished: 'plain',
};

export function StateTag({ state }: { state: CampaignState }) {
  const { t } = useText();
  return (
    <Tag tone={TONES[state]}>
      <span data-testid="campaign-state" data-state={state}>
        {t(`campaign.state.${state}`)}
      </span>
    </Tag>
  );
}
