import { Checkbox, type CheckboxChangeEvent } from 'antd';
import type { Choice } from './types';

type Props<T> = { row: T; id: string; choice: Choice<T>; onToggle: (event: CheckboxChangeEvent) => void };

/** The box by which a row is chosen, where it may be. */
export function Box<T>({ row, id, choice, onToggle }: Props<T>) {
  if (!choice.may(row)) return null;
  const checked = choice.chosen.has(id);
  return (
    <Checkbox
      checked={checked}
      disabled={choice.chosen.size >= choice.most && !checked}
      onChange={onToggle}
      aria-label={choice.name(row)}
      data-testid="choose"
    />
  );
}
