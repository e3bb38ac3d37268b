export { LineInput as Edit } from '../LineInput';
