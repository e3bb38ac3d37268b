import { describe, expect, it } from 'vitest';
import type { ObjectMeta } from '../../api';
import { addressOf, droppedIn, shownIn } from './shown';

const field = (key: string) => ({ key, sortable: true, masked: false, refused: false });
const meta = {
  fields: [
    ...['name', 'risk_level', 'total_asset'].map(field),
    { ...field('mobile'), masked: true },
    { ...field('salary_band'), refused: true },
    { ...field('note'), sortable: false },
  ],
  beyond: [{ reference: 'party', fields: [field('party.risk_level')] }],
  list: { tabs: ['mine', 'all'], sort: { field: 'total_asset', direction: 'desc' }, columns: ['name', 'risk_level'] },
} as unknown as ObjectMeta;
const read = (text: string) => shownIn(new URLSearchParams(text), meta);
const written = (text: string) => addressOf(read(text), meta, new URLSearchParams(text)).toString();

describe('what a list shows stands in its address', () => {
  it('says nothing of a list as it usually is, and keeps whose records they are', () => {
    expect(written('')).toBe('');
    expect(written('party=7&tab=mine&sort=total_asset.desc&columns=name,risk_level&from=1')).toBe('party=7');
  });
  it('is read as it was written', () => {
    const said = [
      ['tab', 'all'],
      ['where', '["risk_level","in","C3","C4"]'],
      ['where', '["name","=","甲 & 乙"]'],
      ['q', '王'],
      ['sort', 'name.asc,party.risk_level.desc'],
      ['columns', 'total_asset,party.risk_level'],
      ['group', 'risk_level'],
      ['closed', 'C3'],
      ['closed', ''],
      ['cursor', 'a+b'],
      ['from', '51'],
    ];
    const text = new URLSearchParams(said).toString();
    expect(written(text)).toBe(text);
    const shown = read(text);
    expect(shown.rows.map(({ field, op, values }) => [field, op, ...values])).toEqual([
      ['risk_level', 'in', 'C3', 'C4'],
      ['name', '=', '甲 & 乙'],
    ]);
    expect(shown).toMatchObject({
      refinement: 'all',
      q: '王',
      sort: [
        { field: 'name', direction: 'asc' },
        { field: 'party.risk_level', direction: 'desc' },
      ],
      columns: ['total_asset', 'party.risk_level'],
      group: 'risk_level',
      closed: ['C3', ''],
      place: { cursor: 'a+b', from: 51 },
    });
  });
  it('is counted where the list cannot follow it', () => {
    const dropped = (text: string) => droppedIn(new URLSearchParams(text), meta);
    expect(dropped('tab=all&where=["name","=","甲"]&sort=name.asc&columns=name&group=name&party=7')).toEqual({
      conditions: 0,
      ways: 0,
    });
    expect(dropped('tab=gone&where=["bad&where=["gone","=","1"]&where=["name","~","1"]')).toMatchObject({
      conditions: 4,
    });
    expect(dropped('sort=mobile.asc,name.asc,name&columns=name,gone&group=gone')).toEqual({ conditions: 0, ways: 4 });
  });
  it('never holds a number of a person, which an address would hand on', () => {
    expect(addressOf({ ...read(''), q: '138 0000 1234' }, meta, new URLSearchParams()).toString()).toBe('');
    expect(addressOf({ ...read(''), q: '王 1234' }, meta, new URLSearchParams()).get('q')).toBe('王 1234');
  });
  it.each([
    'tab=yours',
    'where=["salary","=","1"]',
    'where=["name","like","1"]',
    'where=["party.risk_level","=","C3"]',
    'where={',
    'where=[1,2]',
    'sort=salary.asc',
    'sort=name.up',
    'sort=asc',
    'sort=mobile.asc',
    'sort=salary_band.asc',
    'sort=note.asc',
    'columns=salary',
    'group=salary&closed=1',
    'closed=C3',
    'cursor=x',
    'from=51',
  ])('leaves out what the list has not: %s', (text) => {
    expect(written(text)).toBe('');
  });
});
