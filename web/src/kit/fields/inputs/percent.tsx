export { NumberEdit as Edit } from '../NumberEdit';
