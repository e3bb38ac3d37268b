import { expect, it } from 'vitest';
import { stoppingOf } from './stopping';

const counts = { chosen: 12, control: 1, treated: 11, refused: 2, waiting: 4, sent: 5, unknown: 0, failed: 0, stopped: 0 };

it('says how many messages do not leave, how many have left and how much work is withdrawn', () => {
  expect(stoppingOf({ counts, work: { open: 3, done: 1 } })).toEqual([
    ['campaign.stopUnsent', 4],
    ['campaign.stopSent', 5],
    ['campaign.stopWork', 3],
  ]);
});

it('says that what has an unknown outcome cannot be sent again', () => {
  const said = stoppingOf({ counts: { ...counts, waiting: 3, unknown: 1 }, work: { open: 0, done: 0 } });
  expect(said[2]).toEqual(['campaign.stopUnknown', 1]);
});
