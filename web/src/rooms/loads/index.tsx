import { addStrings } from '../../kit/strings';
import { loads } from '../../kit/strings/loads';

addStrings(loads);

export { LoadListPage } from './LoadListPage';
export { LoadPage } from './LoadPage';
export { NightPage } from './NightPage';
