export { PlaceInput as Edit } from '../PlaceInput';
