import type { FieldMeta, ObjectMeta } from '../../api';

/** Whatever a list may show: fields of the record, and of the records that it points at, called by their paths. */
export const listedFields = (meta: ObjectMeta): FieldMeta[] => [
  ...meta.fields,
  ...meta.beyond.flatMap(({ fields }) => fields),
];
