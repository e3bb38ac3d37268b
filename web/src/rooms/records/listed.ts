import type { FieldMeta, ObjectMeta } from '../../api';
import { kindOf } from '../../kit/fields';

/** Whatever a list may show: fields of the record, and of the records that it points at, called by their paths. */
export const listedFields = (meta: ObjectMeta): FieldMeta[] => [
  ...meta.fields,
  ...meta.beyond.flatMap(({ fields }) => fields),
];

/** What many records have in common: an option, yes or no, a unit, a person. What people are called or reached by is theirs alone. */
export const canGroup = (field: FieldMeta) => !field.masked && !field.refused && kindOf(field).grouped === true;
