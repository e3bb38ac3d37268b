import { expect, test } from 'vitest';
import { heldOf, reasonsOf, saidActs } from './rights';

const named = (zh: string) => ({ zh, en: zh });
const label = (labels: { zh: string } | null) => labels?.zh ?? '';
const reason = (role: string, unit: string, where: string | null, until: string | null) => ({
  role: named(role),
  unit,
  where: where ? named(where) : null,
  until,
});

test('posts of one role that end together are one reason in several units', () => {
  const two = [reason('客户经理', '世纪大道', '我的客户', null), reason('客户经理', '陆家嘴', '我的客户', null)];
  expect(reasonsOf(two, label)).toEqual([
    { role: '客户经理', unit: ['世纪大道', '陆家嘴'], where: '我的客户', until: null },
  ]);
});

test('another end or another narrowing is a reason of its own', () => {
  const three = [
    reason('甲', '一', null, null),
    reason('甲', '二', null, '2026-12-01'),
    reason('甲', '一', '本人的', null),
  ];
  expect(reasonsOf(three, label).map(({ unit, where, until }) => [unit, where, until])).toEqual([
    [['一'], '', null],
    [['二'], '', '2026-12-01'],
    [['一'], '本人的', null],
  ]);
});

test('a colon stands after no word in a row of them', () => {
  expect(saidActs(['查看', '查看完整内容：', 'see'])).toEqual(['查看', '查看完整内容', 'see']);
});

test('things with which the same is done for the same reasons are one, and those that follow others come last', () => {
  const see = { operations: [named('查看')], reasons: [reason('客户经理', '世纪大道', null, null)] };
  const change = { ...see, operations: [named('修改')] };
  const thing = (key: string, follows: string | null, rights: (typeof see)[], shared = 0) => ({
    key,
    labels: named(key),
    follows: follows ? named(follows) : null,
    rights,
    shared,
    walls: [],
    masked: [],
    unmask: false,
    refused: [],
  });
  const held = heldOf([
    thing('卡', '客户', [see]),
    thing('客户', null, [see, change], 2),
    thing('账户', '客户', [see]),
    thing('产品', null, [see]),
  ]);
  expect(held.map(({ acts, names, shared }) => [acts[0]?.zh, names.map(({ zh }) => zh), shared])).toEqual([
    ['查看', ['客户'], 2],
    ['修改', ['客户'], 0],
    ['查看', ['产品'], 0],
    ['查看', ['卡', '账户'], 0],
  ]);
});
