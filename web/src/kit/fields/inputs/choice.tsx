export { OptionsInput as Edit } from '../OptionsInput';
