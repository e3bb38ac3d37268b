import { expect, test } from 'vitest';
import { aboutIn, asked, droppedIn, searchOf, shownIn } from './shown';

const at = (text: string) => shownIn(new URLSearchParams(text));

test('an address says what is not as usual, and is read back', () => {
  expect(searchOf(at(''))).toEqual({});
  expect(at('view=nonsense').view).toBe('open');
  const filtered = at('kind=approval&sort=newest&mine=1&overdue=1');
  expect(searchOf(filtered)).toEqual({ kind: 'approval', sort: 'newest', mine: '1', overdue: '1' });
  expect(searchOf({ ...filtered, view: 'asked' })).toEqual({ view: 'asked', kind: 'approval' });
  expect(searchOf(at('assignee=E1001&view=done'))).toEqual({ assignee: 'E1001', view: 'done' });
  expect(searchOf({ ...at('assignee=E1001'), view: 'free' })).toEqual({ view: 'free' });
});

test.each([
  ['', { state: 'open', whose: 'all' }],
  ['mine=1', { state: 'open', whose: 'mine' }],
  ['view=free', { state: 'open', whose: 'free' }],
  ['view=asked', { state: 'any', whose: 'asked' }],
  ['view=done', { state: 'done', whose: 'all' }],
  ['unit=B001&below=0&view=done&assignee=E1', { state: 'done', assignee: 'E1', unit: 'B001', below: false }],
  ['assignee=E1001', { state: 'open', whose: 'all', assignee: 'E1001' }],
])('%s asks the server for its list', (search, wanted) => {
  expect(asked(at(search))).toMatchObject(wanted);
});

test('an address may say what a new task is about', () => {
  expect(aboutIn(new URLSearchParams('about=party:01a2'))).toEqual({ object: 'party', uid: '01a2' });
  expect(aboutIn(new URLSearchParams('about=party'))).toBeNull();
});

test('a list may be that of a unit and of what nobody has yet, and says so in its address', () => {
  const unit = at('unit=HQ&below=0');
  expect(asked(unit)).toMatchObject({ unit: 'HQ', below: false, whose: 'all' });
  expect(searchOf({ ...unit, view: 'done' })).toEqual({ view: 'done', unit: 'HQ', below: '0' });
  expect(searchOf(at('unit='))).toEqual({ unit: '' });
  expect(asked(at('nobody=1&unit=B001'))).toMatchObject({ unit: 'B001', below: true, whose: 'nobody' });
  expect(searchOf(at('nobody=1'))).toEqual({ nobody: '1' });
});

test('an address says what no list follows', () => {
  const dropped = (text: string) => droppedIn(new URLSearchParams(text));
  expect(dropped('view=done&kind=approval&unit=HQ&below=0&sort=newest&mine=1&about=party:1&back=/')).toEqual([]);
  expect(dropped('tab=nope&state=zzz')).toEqual(['tab=nope', 'state=zzz']);
  expect(dropped('unit=HQ&unit=B001&below=maybe&view=nope')).toEqual(['unit=B001', 'view=nope', 'below=maybe']);
});
