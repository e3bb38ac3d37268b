export { LoadListPage } from './LoadListPage';
export { LoadPage } from './LoadPage';
