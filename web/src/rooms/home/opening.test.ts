import { expect, test } from 'vitest';
import { opening } from './opening';

const entry = (key: string, path: string) => ({ key, path, icon: key, labels: { zh: key, en: key } });
const MENU = [entry('home', '/'), entry('part', '/records/part'), entry('work', '/work'), entry('user', '/users')];

test.each([
  ['the desk of the role', 'manager', MENU, ['work.read'], { page: 'home_manager' }],
  ['the first entry that may be read, where there is no desk', '', MENU, ['user.read', 'work.read'], { path: '/work' }],
  ['the list of an object', '', MENU, ['part.read', 'work.read'], { path: '/records/part' }],
  ['nothing, where no entry may be read', '', MENU, ['part.create'], null],
  ['nothing, where the menu only leads back', '', MENU.slice(0, 1), ['home.read'], null],
])('the first page is %s', (_name, home, menu, operations, expected) => {
  expect(opening({ home, menu, operations })).toEqual(expected);
});
