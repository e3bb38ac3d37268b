import { DayInput } from '../../kit/DayInput';

type Props = {
  value?: string | null;
  onChange?: (value: string | null) => void;
  id?: string;
  testId: string;
};

/** A business day in a form: Form.Item gives it its value. */
export function DayField({ value, onChange, id, testId }: Props) {
  return (
    <DayInput
      id={id}
      value={value}
      onChange={(day) => onChange?.(day)}
      style={{ width: '100%' }}
      data-testid={testId}
    />
  );
}
