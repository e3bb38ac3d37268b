import { Select } from 'antd';
import { useText } from '../i18n';
import type { EditProps } from './kind';

export function OptionsInput({ field, testId, value, onChange, id, several }: EditProps & { several?: boolean }) {
  const { t, label } = useText();
  const options = field.options.map((option) => ({ value: option.key, label: label(option.labels) }));
  return (
    <Select
      id={id}
      data-testid={testId}
      mode={several ? 'multiple' : undefined}
      allowClear
      value={value}
      onChange={onChange}
      options={options}
      placeholder={t('common.select')}
    />
  );
}
