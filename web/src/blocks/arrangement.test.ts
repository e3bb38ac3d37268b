import { expect, it } from 'vitest';
import type { Block, PageAnswer } from '../api';
import { arranged } from './arrangement';

const block = (key: string, kind: string, state = 'ok') =>
  ({ key, kind, state, labels: { zh: key, en: key }, as_of: null }) as Block;
const refused = (key: string) => block(key, 'unavailable', 'refused');

function page(blocks: Block[], columns: string[][], header: string | null = null): PageAnswer {
  const byKey = Object.fromEntries(blocks.map((one) => [one.key, one]));
  return { key: 'customer', labels: { zh: '', en: '' }, title: '', header, columns, blocks: byKey } as PageAnswer;
}

const keys = (blocks: Block[]) => blocks.map((one) => one.key);

it('tells once of what a viewer may not see, and gives it no panel of its own', () => {
  const answer = page(
    [
      block('head', 'identity'),
      refused('accounts'),
      block('facts', 'fields'),
      refused('relations'),
      refused('consents'),
    ],
    [
      ['accounts', 'relations'],
      ['facts', 'consents'],
    ],
    'head',
  );
  const { leads, columns, refused: untold } = arranged(answer);
  expect(keys(leads)).toEqual(['head']);
  expect(columns.map(keys)).toEqual([['facts']]);
  expect(keys(untold)).toEqual(['accounts', 'relations', 'consents']);
});

it('keeps what failed where it stands, for it can be tried again', () => {
  const { columns, refused: untold } = arranged(page([block('accounts', 'unavailable', 'error')], [['accounts']]));
  expect(columns.map(keys)).toEqual([['accounts']]);
  expect(untold).toEqual([]);
});

it('tells of a header that is refused, too', () => {
  const { leads, refused: untold } = arranged(page([refused('head'), block('board', 'table')], [['board']], 'head'));
  expect(leads).toEqual([]);
  expect(keys(untold)).toEqual(['head']);
});

it('lets leading blocks lead and leaves an empty band of figures out', () => {
  const blocks = [
    block('brief', 'brief'),
    block('figures', 'figures', 'empty'),
    block('board', 'table'),
    block('late', 'brief'),
  ];
  const { leads, columns } = arranged(page(blocks, [['brief', 'figures', 'board', 'late'], []]));
  expect([keys(leads), columns.map(keys)]).toEqual([['brief'], [['board', 'late']]]);
});
