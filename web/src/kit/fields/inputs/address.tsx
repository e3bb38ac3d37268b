import { Input } from 'antd';
import { useText } from '../../i18n';
import type { EditProps } from '../kind';
import { linesOf, PARTS } from '../kinds/address';

export function Edit({ testId, value, onChange, id }: EditProps) {
  const { label } = useText();
  const lines = linesOf(value);
  const set = (index: number, line: string) => {
    const next = lines.map((old, at) => (at === index ? line : old));
    onChange?.(next.every((text) => text.trim() === '') ? undefined : next.join('\n'));
  };
  return (
    <span className="row gap-4 wrap" id={id} data-testid={testId}>
      {PARTS.map((part, index) => (
        <Input
          key={part.en}
          aria-label={label(part)}
          placeholder={label(part)}
          value={lines[index]}
          onChange={(event) => set(index, event.target.value)}
          style={{ flex: `${part.span} 1 ${part.span * 96}px` }}
        />
      ))}
    </span>
  );
}
