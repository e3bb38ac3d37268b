import { useText } from '../i18n';
import { NumberInput } from '../NumberInput';
import type { EditProps } from './kind';
import { measuredBy, typingOf } from './typing';

export function NumberEdit({ field, testId, value, onChange, id }: EditProps) {
  const { lang } = useText();
  return (
    <NumberInput
      id={id}
      typing={typingOf(measuredBy(field), lang)}
      data-testid={testId}
      value={value as string | undefined}
      onChange={onChange}
      style={{ width: '100%' }}
    />
  );
}
