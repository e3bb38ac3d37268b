import { Input, type InputProps } from 'antd';
import { useState } from 'react';
import { givenBy, readNumber, shownText } from './plain';

type Props = Pick<InputProps, 'id' | 'suffix' | 'style'> & {
  value?: string | number | null;
  onChange?: (given: string) => void;
  /** What is typed is wrong for more reasons than being no number. */
  wrong?: boolean;
  'data-testid'?: string;
};

/**
 * A number as text. Digits and signs of a Chinese keyboard and groups of three are read as what they mean; what is no
 * number is given as it is, marked, and stays in the field.
 */
export function NumberInput({ value, onChange, wrong = false, ...rest }: Props) {
  const [typed, setTyped] = useState('');
  const held = String(value ?? '');
  const shown = shownText(typed, held);
  const type = (text: string) => {
    setTyped(text);
    onChange?.(givenBy(text));
  };
  const status = wrong || (held !== '' && readNumber(held) === null) ? 'error' : undefined;
  return (
    <Input
      {...rest}
      value={shown}
      onChange={(event) => type(event.target.value)}
      status={status}
      inputMode="decimal"
      autoComplete="off"
    />
  );
}
