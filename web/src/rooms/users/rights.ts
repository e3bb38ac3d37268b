import type { Labels, RightsThing } from '../../api';

export type Held = { acts: Labels[]; names: Labels[]; follows: Labels | null; reasons: Reason[]; shared: number };

type Reason = RightsThing['rights'][number]['reasons'][number];
export type SaidReason = { role: string; unit: string[]; where: string; until: string | null };

/** Posts of one role with the same end and the same narrowing are one reason in several units. */
export function reasonsOf(reasons: Reason[], label: (labels: Labels | null) => string): SaidReason[] {
  const found = new Map<string, SaidReason>();
  for (const reason of reasons) {
    const said = { role: label(reason.role), where: label(reason.where), until: reason.until };
    const key = JSON.stringify(said);
    const known = found.get(key);
    if (known) known.unit.push(reason.unit);
    else found.set(key, { ...said, unit: [reason.unit] });
  }
  return [...found.values()];
}

/** Words for operations stand before what they are about, some with a colon; between others they have none. */
export const saidActs = (acts: string[]): string[] => acts.map((act) => act.replace(/[:：]$/, ''));

/** What is done with things: those that are done alike for the same reasons are one, what follows other records comes last. */
export function heldOf(things: RightsThing[]): Held[] {
  const found = new Map<string, Held>();
  for (const { labels, follows, rights, shared } of [...things].sort(
    (one, other) => Number(one.follows !== null) - Number(other.follows !== null),
  )) {
    for (const [index, { operations, reasons }] of rights.entries()) {
      const key = JSON.stringify([operations, reasons, follows, index === 0 ? shared : 0]);
      const known = found.get(key);
      if (known) known.names.push(labels);
      else found.set(key, { acts: operations, names: [labels], follows, reasons, shared: index === 0 ? shared : 0 });
    }
  }
  return [...found.values()];
}
