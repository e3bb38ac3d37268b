import { expect, test } from 'vitest';
import type { UserRow } from '../../api';
import { addressOf, dueOf, postOf, shownIn, signInOf } from './shown';

const post = {
  role: 'r',
  labels: { zh: '', en: '' },
  unit: 'B1',
  unit_name: '',
  valid_from: '2024-01-01',
  valid_to: '2026-12-01',
  state: 'holds' as const,
};
const user = (part: Partial<UserRow>): UserRow => ({
  uid: '1',
  employee_no: 'E1',
  name: '',
  active: true,
  roles: [],
  holds: [],
  coming: null,
  last_sign_in: '2026-03-01T00:00:00Z',
  locked_until: null,
  password_due: '',
  ending: null,
  ...part,
});

test('what keeps somebody from signing in is said, and one who ended is only that', () => {
  const locked_until = '2026-03-18T02:00:00Z';
  expect(signInOf(user({}))).toBe('fine');
  expect(signInOf(user({ password_due: 'age' }))).toBe('password');
  expect(signInOf(user({ password_due: 'given', last_sign_in: null }))).toBe('never');
  expect(signInOf(user({ password_due: 'given', last_sign_in: null, locked_until }))).toBe('locked');
  expect(signInOf(user({ active: false, locked_until }))).toBe('ended');
});

test('everything that is due is said, the lock first, and nothing of one who ended', () => {
  const all = { locked_until: '2026-03-18T02:00:00Z', password_due: 'given', ending: post } as const;
  expect(dueOf(user(all))).toEqual(['locked', 'given', 'ending']);
  expect(dueOf(user({ ...all, active: false }))).toEqual([]);
  expect(dueOf(user({}))).toEqual([]);
});

test('what is shown stands in the address and comes back from it', () => {
  const shown = { part: 'locked', q: '林', user: 'u1' } as const;
  expect(shownIn(addressOf(shown))).toEqual(shown);
  expect(addressOf({ part: null, q: '', user: undefined }).toString()).toBe('');
  expect(shownIn(new URLSearchParams('show=nothing')).part).toBe(null);
});

test('of somebody who holds no post yet the next one is said', () => {
  const coming = { ...post, valid_from: '2026-12-01', valid_to: null, state: 'coming' as const };
  expect(postOf(user({ coming }))).toBe(coming);
  expect(postOf(user({ holds: [post] }))).toBe(post);
  expect(postOf(user({}))).toBe(null);
});
