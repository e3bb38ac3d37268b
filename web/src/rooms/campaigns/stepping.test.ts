import { expect, it } from 'vitest';
import { launchingOf, stoppingOf } from './stepping';

const counts = {
  chosen: 12,
  control: 1,
  treated: 11,
  refused: 2,
  waiting: 4,
  sent: 5,
  unknown: 0,
  failed: 0,
  stopped: 0,
};

it('says whom a launch addresses and what was estimated of them, if anything was', () => {
  const estimate = {
    count: 12,
    business_date: '2026-03-17',
    control: 1,
    reachable: 8,
    refusals: [],
    covered: 9,
    followed: 7,
    work_refusals: [],
    outlook: null,
  };
  const frozen: [string, number][] = [
    ['campaign.launchTreated', 11],
    ['campaign.launchControl', 1],
  ];
  expect(launchingOf({ counts }, null)).toEqual(frozen);
  expect(launchingOf({ counts }, estimate)).toEqual([
    ...frozen,
    ['campaign.launchReachable', 8],
    ['campaign.launchFollowed', 7],
  ]);
});

it('says how many messages do not leave, how many have left and how much work is withdrawn', () => {
  expect(stoppingOf({ counts, work: { open: 3, done: 1 } })).toEqual([
    ['campaign.stopUnsent', 4],
    ['campaign.stopSent', 5],
    ['campaign.stopWork', 3],
  ]);
});

it('says that what has failed or has an unknown outcome cannot be sent again', () => {
  const said = stoppingOf({ counts: { ...counts, waiting: 2, unknown: 1, failed: 1 }, work: { open: 0, done: 0 } });
  expect(said.slice(2, 4)).toEqual([
    ['campaign.stopUnknown', 1],
    ['campaign.stopFailed', 1],
  ]);
});
