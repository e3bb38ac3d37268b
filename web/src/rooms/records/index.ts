export { RecordListPage } from './RecordListPage';
export { RecordPage } from './RecordPage';
export { RecordCreatePage, RecordEditPage } from './RecordForm';
