import { addStrings } from '../../kit/strings';
import { recordForms } from '../../kit/strings/recordForms';

addStrings(recordForms);

export { RecordListPage } from './RecordListPage';
export { RecordPage } from './RecordPage';
export { CorrectionPage } from './CorrectionPage';
export { RecordCreatePage, RecordEditPage } from './RecordForm';
