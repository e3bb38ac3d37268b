export { CampaignListPage } from './CampaignListPage';
export { CampaignEditPage } from './CampaignEditPage';
export { CampaignPage } from './CampaignPage';
export { EffectPage } from './EffectPage';
