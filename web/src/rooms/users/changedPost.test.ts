import { expect, it } from 'vitest';
import type { Post } from '../../api';
import { changedPost } from './changedPost';

const post = (role: string, unit: string, valid_from: string, valid_to: string | null = null): Post => ({
  role,
  unit,
  valid_from,
  valid_to,
  unit_name: unit,
  labels: { zh: role, en: role },
  state: 'holds',
});
const held = post('manager', 'B1', '2026-01-01');

it('finds the post that was given, with the day that the server gave it', () => {
  const given = post('manager', 'B2', '2026-03-23');
  expect(changedPost([held], [given, held], { role: 'manager', unit: 'B2' })).toBe(given);
});

it('finds the post that was ended among others that somebody else changed', () => {
  const [ended, others] = [post('manager', 'B1', '2026-01-01', '2026-03-23'), post('head', 'B1', '2026-03-01')];
  expect(changedPost([held], [others, ended], { role: 'manager', unit: 'B1' })).toBe(ended);
});

it('names none where nothing of it is new', () => {
  expect(changedPost([held], [held], { role: 'manager', unit: 'B1' })).toBeUndefined();
});
