import { Input } from 'antd';
import { useText } from '../../i18n';
import { Clip } from '../../marks';
import type { EditProps, FieldKind, ShowProps } from '../kind';

/** The lines of an address, the largest place first, and how wide each is typed. */
const PARTS = [
  { zh: '省', en: 'Province', span: 1 },
  { zh: '市', en: 'City', span: 1 },
  { zh: '区县', en: 'District', span: 1 },
  { zh: '街道、门牌', en: 'Street', span: 2 },
  { zh: '邮编', en: 'Postcode', span: 1 },
] as const;

const linesOf = (value: unknown) => {
  const given = typeof value === 'string' ? value.split('\n') : [];
  return PARTS.map((_part, index) => given[index] ?? '');
};

function Show({ value, cell }: ShowProps) {
  const text = linesOf(value)
    .filter((line) => line !== '')
    .join(' ');
  return cell ? <Clip>{text}</Clip> : <>{text}</>;
}

function Edit({ testId, value, onChange, id }: EditProps) {
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

export const kind: FieldKind = { Show, Edit, wide: true };
