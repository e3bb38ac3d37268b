import { Checkbox } from 'antd';
import { useText } from '../../i18n';
import type { EditProps, FieldKind, ShowProps } from '../kind';

function Show({ value }: ShowProps) {
  const { t } = useText();
  return <>{t(value ? 'common.yes' : 'common.no')}</>;
}

function Edit({ testId, checked, onChange, id }: EditProps) {
  return (
    <Checkbox id={id} data-testid={testId} checked={checked} onChange={(event) => onChange?.(event.target.checked)} />
  );
}

export const kind: FieldKind = { Show, Edit, blank: false, property: 'checked' };
