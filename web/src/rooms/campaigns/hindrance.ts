import type { Estimate } from '../../api';
import type { Key } from '../../kit/strings';

/** Why a campaign of these numbers cannot be confirmed; nothing hinders most. */
export function hindranceOf({ count, reachable }: Pick<Estimate, 'count' | 'reachable'>): Key | null {
  if (count === 0) return 'campaign.nobodyChosen';
  return reachable === 0 ? 'campaign.nobodyReachable' : null;
}
