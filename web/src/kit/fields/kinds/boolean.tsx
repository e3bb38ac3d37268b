import { useText } from '../../i18n';
import type { FieldKind, ShowProps } from '../kind';

function Show({ value }: ShowProps) {
  const { t } = useText();
  return <>{t(value ? 'common.yes' : 'common.no')}</>;
}

export const kind: FieldKind = { Show, blank: false, property: 'checked', grouped: true };
