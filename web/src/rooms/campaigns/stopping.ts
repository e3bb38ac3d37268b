import type { Campaign } from '../../api';
import type { Key } from '../../app/strings';

/** What stopping a campaign of these numbers does, in the order in which it is said; what is nobody's is not said. */
export function stoppingOf({ counts, work }: Pick<Campaign, 'counts' | 'work'>): [Key, number][] {
  const said: [Key, number][] = [
    ['campaign.stopUnsent', counts.waiting],
    ['campaign.stopSent', counts.sent],
    ['campaign.stopWork', work.open],
  ];
  if (counts.unknown > 0) said.splice(2, 0, ['campaign.stopUnknown', counts.unknown]);
  return said;
}
