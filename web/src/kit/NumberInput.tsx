import { Input, type InputProps } from 'antd';
import { useState } from 'react';
import { givenBy, readNumber, shownText, type Typing } from './plain';

type Props = Pick<InputProps, 'id' | 'style' | 'aria-label'> & {
  /** The unit that is typed in, which stands in the box; what is given and held is without it. */
  typing?: Typing;
  value?: string | number | null;
  onChange?: (given: string) => void;
  /** What is typed is wrong for more reasons than being no number. */
  wrong?: boolean;
  'data-testid'?: string;
};

/**
 * A number as text. Digits and signs of a Chinese keyboard, groups of three, 万 and 亿 are read as what they mean; what is
 * no number is given as it is, marked, and stays in the field.
 */
export function NumberInput({ value, onChange, typing, wrong = false, ...rest }: Props) {
  const [typed, setTyped] = useState('');
  const held = String(value ?? '');
  const shown = shownText(typed, held, typing);
  const type = (text: string) => {
    setTyped(text);
    onChange?.(givenBy(text, typing));
  };
  const status = wrong || (held !== '' && readNumber(held) === null) ? 'error' : undefined;
  return (
    <Input
      {...rest}
      suffix={typing?.beside || undefined}
      value={shown}
      onChange={(event) => type(event.target.value)}
      status={status}
      inputMode="decimal"
      autoComplete="off"
    />
  );
}
