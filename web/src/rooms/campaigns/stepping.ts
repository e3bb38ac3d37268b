import type { Campaign, Estimate } from '../../api';
import type { Key } from '../../kit/strings';

/** What launching a campaign does: whom it addresses as frozen, and what was last estimated of them. */
export function launchingOf({ counts }: Pick<Campaign, 'counts'>, estimate: Estimate | null): [Key, number][] {
  const said: [Key, number][] = counts
    ? [
        ['campaign.launchTreated', counts.treated],
        ['campaign.launchControl', counts.control],
      ]
    : [];
  if (estimate)
    said.push(['campaign.launchReachable', estimate.reachable], ['campaign.launchFollowed', estimate.followed]);
  return said;
}

/** What stopping a campaign of these numbers does, in the order in which it is said; what is nobody's is not said. */
export function stoppingOf({ counts, work }: Pick<Campaign, 'counts' | 'work'>): [Key, number][] {
  if (counts === null) return [];
  const said: [Key, number][] = [
    ['campaign.stopUnsent', counts.waiting],
    ['campaign.stopSent', counts.sent],
    ['campaign.stopWork', work.open],
  ];
  if (counts.failed > 0) said.splice(2, 0, ['campaign.stopFailed', counts.failed]);
  if (counts.unknown > 0) said.splice(2, 0, ['campaign.stopUnknown', counts.unknown]);
  return said;
}
