import type { Block, PageAnswer } from '../api';

/** A page as it is laid out: what leads it, its columns, and what its viewer may not see, which is said once. */
export type Arrangement = { leads: Block[]; columns: Block[][]; refused: Block[] };

/** Blocks that lead a page draw their own surface; all others stand in a panel. */
export function isLead(block: Block | undefined): boolean {
  return block?.kind === 'brief' || block?.kind === 'figures' || block?.kind === 'identity';
}

/** A band of figures without figures takes no room: the blocks below say what is missing. */
const isBand = (block: Block) => block.kind === 'figures';

export function arranged(answer: PageAnswer): Arrangement {
  const { columns: keys, header: headed, blocks } = answer;
  const all = [...(headed ? [headed] : []), ...keys.flat()].flatMap((key) => blocks[key] ?? []);
  const refused = all.filter((block) => block.state === 'refused');
  const shown = (block: Block) =>
    block.state !== 'refused' && block.key !== headed && !(isBand(block) && block.state === 'empty');
  const [wide = [], ...side] = keys.map((column) => column.flatMap((key) => blocks[key] ?? []).filter(shown));
  const header = all.find((block) => block.key === headed && block.state !== 'refused');
  const firstOther = wide.findIndex((block) => !isLead(block));
  const cut = firstOther < 0 ? wide.length : firstOther;
  return {
    leads: [...(header ? [header] : []), ...wide.slice(0, cut)],
    columns: [wide.slice(cut), ...side].filter((column) => column.length > 0),
    refused,
  };
}
