import { unitText, useText } from '../../i18n';
import { Plain } from '../../figures';
import { wholeOf } from '../../plain';
import type { FieldKind, ShowProps } from '../kind';
import { notWhole } from '../Numbers';

/** A length of time says what it counts, in a cell, too. */
function Show({ field, value }: ShowProps) {
  const { lang } = useText();
  return <Plain value={value} unit={unitText(field.unit ?? '', lang)} />;
}

export const kind: FieldKind = {
  Show,
  fromForm: wholeOf,
  fault: notWhole,
  right: true,
  columnUnit: () => '',
};
