import { expect, test } from 'vitest';
import { ApiError } from '../../api/client';
import { isGone, isOvertaken } from './changed';

const refused = (status: number, code: string) => new ApiError(status, { code }, '');

test('work that was done, taken or handed on meanwhile is read anew', () => {
  expect(
    [
      refused(409, 'work.already_done'),
      refused(409, 'work.already_taken'),
      refused(403, 'work.not_held'),
      refused(409, 'work.clock'),
      refused(404, 'not_found'),
    ].map(isOvertaken),
  ).toEqual([true, true, true, true, true]);
});

test('what is wrong with what was given stays where it was typed', () => {
  expect(
    [refused(422, 'work.no_such_colleague'), refused(422, 'invalid'), refused(0, 'offline'), new Error('no')].map(
      isOvertaken,
    ),
  ).toEqual([false, false, false, false]);
});

test('only work that is out of reach closes its drawer', () => {
  expect(
    [refused(404, 'not_found'), refused(409, 'work.already_done'), refused(0, 'offline'), null].map(isGone),
  ).toEqual([true, false, false, false]);
});
