import { addStrings } from '../../kit/strings';
import { audiences } from '../../kit/strings/audiences';

addStrings(audiences);

export { AudienceListPage } from './AudienceListPage';
export { AudienceBuilderPage } from './AudienceBuilderPage';
