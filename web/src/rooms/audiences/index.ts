export { AudienceListPage } from './AudienceListPage';
export { AudienceBuilderPage } from './AudienceBuilderPage';
