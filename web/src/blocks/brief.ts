import type { BriefData } from '../api/types';

type Part = BriefData['parts'][number];

const isSeparator = ({ text }: Part) => /^[\s，,、；;]*$/.test(text);

/** The parts of a sentence with what is late at its head; the separators stay where they are. */
export function lateFirst(parts: Part[]): Part[] {
  const words = parts.filter((part) => !isSeparator(part));
  const late = words.filter((part) => part.tone === 'late');
  const others = words.filter((part) => part.tone !== 'late');
  if (late.length === 0 || words[0]?.tone === 'late') return parts;
  const [first, ...rest] = others;
  const ordered = [...late, ...(first ? [{ ...first, text: first.text.charAt(0).toLowerCase() + first.text.slice(1) }] : []), ...rest];
  return parts.map((part) => (isSeparator(part) ? part : (ordered.shift() ?? part)));
}
