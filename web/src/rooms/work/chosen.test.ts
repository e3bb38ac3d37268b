import { expect, test } from 'vitest';
import type { WorkItem } from '../../api';
import { allOf, keptOf, MOST, standing } from './chosen';

const item = (uid: string, ...may: WorkItem['may']) => ({ uid, may, subject: `事项${uid}` });

test('only what can be given is chosen, and only while the list shows it', () => {
  const items = [item('a', 'reassign', 'comment'), item('b', 'comment'), item('c', 'reassign')];
  expect(allOf(items)).toEqual(['a', 'c']);
  expect(standing(items, ['c', 'b', 'gone', 'a'])).toEqual(['a', 'c']);
  expect(standing([item('a', 'comment')], ['a'])).toEqual([]);
});

test('no more is chosen than goes at once', () => {
  const items = Array.from({ length: MOST + 1 }, (_none, index) => item(String(index), 'reassign'));
  expect(allOf(items)).toHaveLength(200);
});

test('what stayed where it was says its subject and why, in the language of its reader', () => {
  const refused = [
    { uid: 'a', code: 'work.already_done', message: '已办结', message_en: 'Done already' },
    { uid: 'gone', code: 'x', message: '原因' },
  ];
  expect(keptOf(refused, [item('a')], false)).toEqual([
    { uid: 'a', subject: '事项a', reason: '已办结' },
    { uid: 'gone', subject: 'gone', reason: '原因' },
  ]);
  expect(keptOf(refused, [item('a')], true).map((one) => one.reason)).toEqual(['Done already', '原因']);
});
