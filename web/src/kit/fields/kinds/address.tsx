import { Clip } from '../../marks';
import type { FieldKind, ShowProps } from '../kind';

/** The lines of an address, the largest place first, and how wide each is typed. */
export const PARTS = [
  { zh: '省', en: 'Province', span: 1 },
  { zh: '市', en: 'City', span: 1 },
  { zh: '区县', en: 'District', span: 1 },
  { zh: '街道、门牌', en: 'Street', span: 2 },
  { zh: '邮编', en: 'Postcode', span: 1 },
] as const;

export const linesOf = (value: unknown) => {
  const given = typeof value === 'string' ? value.split('\n') : [];
  return PARTS.map((_part, index) => given[index] ?? '');
};

function Show({ value, cell }: ShowProps) {
  const text = linesOf(value)
    .filter((line) => line !== '')
    .join(' ');
  return cell ? <Clip>{text}</Clip> : <>{text}</>;
}

export const kind: FieldKind = { Show, wide: true };
