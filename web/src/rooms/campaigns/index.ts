import { addStrings } from '../../kit/strings';
import { campaigns } from '../../kit/strings/campaigns';

addStrings(campaigns);

export { CampaignListPage } from './CampaignListPage';
export { CampaignEditPage } from './CampaignEditPage';
export { CampaignPage } from './CampaignPage';
export { EffectPage } from './EffectPage';
