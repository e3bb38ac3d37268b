export { RecordListPage } from './RecordListPage';
export { RecordPage } from './RecordPage';
export { CorrectionPage } from './CorrectionPage';
export { RecordCreatePage, RecordEditPage } from './RecordForm';
