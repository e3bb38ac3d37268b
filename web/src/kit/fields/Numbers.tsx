import { unitText, useText, type Key } from '../../app/i18n';
import { Change, Plain } from '../figures';
import { NumberInput } from '../NumberInput';
import { isWhole, readNumber } from '../plain';
import type { EditProps, ShowProps } from './kind';

/** A number with its unit; a change with its sign and the color of the market. */
export function NumberValue({ field, value, cell }: ShowProps) {
  const { lang } = useText();
  if (field.format === 'change') return <Change value={value} unit={field.unit ?? undefined} cell={cell} />;
  return <Plain value={value} unit={cell || !field.unit ? undefined : unitText(field.unit, lang)} />;
}

export function NumberEdit({ testId, value, onChange, id }: EditProps) {
  return (
    <NumberInput
      id={id}
      data-testid={testId}
      value={value as string | undefined}
      onChange={onChange}
      style={{ width: '100%' }}
    />
  );
}

export const notNumber = (value: unknown): Key | null => (readNumber(String(value)) === null ? 'number.refused' : null);

export const notWhole = (value: unknown): Key | null =>
  notNumber(value) ?? (isWhole(String(value)) ? null : 'number.notWhole');
