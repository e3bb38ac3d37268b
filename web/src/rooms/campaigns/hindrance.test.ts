import { expect, it } from 'vitest';
import { hindranceOf } from './hindrance';

it('names why there is nothing to confirm', () => {
  expect(hindranceOf({ count: 0, reachable: 0 })).toBe('campaign.nobodyChosen');
  expect(hindranceOf({ count: 12, reachable: 0 })).toBe('campaign.nobodyReachable');
  expect(hindranceOf({ count: 12, reachable: 1 })).toBeNull();
});
