import { describe, expect, it } from 'vitest';
import type { ObjectMeta } from '../../api';
import { placesIn } from './places';
import { addressOf, droppedIn, shownIn } from './shown';

const UID = '01903f6e-2b1c-7a55-9c3e-0d4f5a6b7c8d';
const field = (key: string, asked = 'text', options: string[] = []) => ({
  key,
  asked,
  web: options.length > 0 ? 'choice' : 'text',
  options: options.map((option) => ({ key: option })),
  sortable: true,
  masked: false,
  refused: false,
});
const meta = {
  fields: [
    field('name'),
    field('risk_level', 'choice', ['C3', 'C4']),
    field('total_asset', 'decimal'),
    field('trades', 'integer'),
    field('complaint_open', 'boolean'),
    field('until', 'date'),
    { ...field('mobile'), masked: true },
    { ...field('branch'), target: 'org', web: 'reference' },
    { ...field('boss'), target: 'employee', web: 'reference', refused: true },
    { ...field('salary_band', ''), refused: true },
    { ...field('note'), sortable: false },
  ],
  beyond: [{ reference: 'party', fields: [field('party.risk_level')] }],
  list: {
    tabs: ['mine', 'all'],
    sort: { field: 'total_asset', direction: 'desc' },
    columns: ['name', 'risk_level'],
    places: ['unit', 'served_by'],
  },
} as unknown as ObjectMeta;
const read = (text: string) => shownIn(new URLSearchParams(text), meta);
const addressIn = (search: URLSearchParams) => addressOf(shownIn(search, meta), meta, placesIn(search, meta));
const written = (text: string) => addressIn(new URLSearchParams(text)).toString();
const NOWHERE = { parent: null, belong: {} };

describe('what a list shows stands in its address', () => {
  it('says nothing of a list as it usually is, and keeps whose records they are', () => {
    expect(written('')).toBe('');
    const usual = 'tab=mine&sort=total_asset.desc&columns=name%2Crisk_level&from=1';
    expect(written(usual)).toBe('');
    expect(written(`branch=${UID}&${usual}`)).toBe(`branch=${UID}&tab=mine`);
    expect(['page=999', 'page=-3', 'from=51', 'whatever=1'].map(written)).toEqual(Array(4).fill(''));
  });
  it('names its tab as soon as it says anything: the usual one is another one for another reader', () => {
    const others = { ...meta, list: { ...meta.list, tabs: ['my_branch', 'all', 'mine'] } };
    const link = addressIn(new URLSearchParams('q=x'));
    expect(link.toString()).toBe('tab=mine&q=x');
    expect(shownIn(link, others).refinement).toBe('mine');
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
      cursor: 'a+b',
    });
  });
  it('is counted where the list cannot follow it', () => {
    const dropped = (text: string) => droppedIn(new URLSearchParams(text), meta);
    const nothing = { conditions: [], places: [], tab: '', ways: 0, unread: [] };
    const whole = `tab=all&where=["name","=","甲"]&sort=name.asc&columns=name&group=risk_level&branch=${UID}`;
    expect(dropped(`${whole}&unit=B001&below=1&served=E1&cursor=a&from=51&closed=C3&closed=C4`)).toEqual(nothing);
    const lost = dropped(
      'where=["bad&where=["gone","=","1"]&where=["name","~","1"]&where=["mobile","=","138"]&where=["risk_level","in","C9","C3"]',
    );
    expect(lost.conditions.map(({ why, field: key, op, values, text }) => [why, key ?? text, op, values])).toEqual([
      ['unknown', '["bad', undefined, undefined],
      ['unknown', 'gone', '=', ['1']],
      ['unknown', 'name', '~', ['1']],
      ['closed', 'mobile', '=', ['138']],
      ['options', 'risk_level', 'in', ['C9']],
    ]);
    expect(dropped('tab=gone')).toEqual({ ...nothing, tab: 'gone' });
    expect(dropped('sort=mobile.asc,name.asc,name&columns=name,gone&group=gone')).toEqual({ ...nothing, ways: 4 });
    // Names are those of people, one each.
    expect(dropped('group=name')).toEqual({ ...nothing, ways: 1 });
    expect(read('group=risk_level&columns=name').group).toBe('risk_level');
  });
  it('is said where it is no part of such an address, or stands there twice', () => {
    const unread = (text: string) => droppedIn(new URLSearchParams(text), meta).unread;
    expect(unread('unit=B001&unit=B002&whre=&tab=mine&tab=all')).toEqual(['unit=B002', 'whre', 'tab=all']);
    expect(unread('unit=B001&below=maybe')).toEqual(['below=maybe']);
    expect(unread(`branch=${UID}&branch=${UID}`)).toEqual([`branch=${UID}`]);
  });
  it.each([
    '["complaint_open","=","maybe"]',
    '["complaint_open","="]',
    '["complaint_open",">","true"]',
    '["total_asset",">=","50万"]',
    '["total_asset",">=","1,000"]',
    '["total_asset",">=","abc"]',
    '["total_asset",">="]',
    '["total_asset",">=",""]',
    '["total_asset","between","100000"]',
    '["total_asset","between","1","2","3"]',
    '["total_asset","between","500000","200000.5"]',
    '["until","between","2026-12-31","2026-01-01"]',
    '["total_asset","is_empty","1"]',
    '["trades","=","1.5"]',
    '["trades","=|is_empty","1"]',
    '["risk_level","=","C9"]',
    '["risk_level","in","C8","C9"]',
    '["complaint_open","=|is_empty","true"]',
    '["risk_level","in"]',
    '["until","<","2026-13-45"]',
    '["until","<","2026-02-30"]',
    '["until","<","2026/12/31"]',
    '["name","=",""]',
    '["name",">","a"]',
    '["mobile","=","13800001234"]',
    '["branch","=","1"]',
    '["salary_band","=","1"]',
  ])('recognises no condition whose value is none of its field: %s', (where) => {
    const text = new URLSearchParams([
      ['where', where],
      ['where', '["name","=","甲"]'],
    ]);
    expect(droppedIn(text, meta).conditions.map((one) => one.text)).toEqual([where]);
    expect(addressIn(text).getAll('where')).toEqual(['["name","=","甲"]']);
  });
  it('keeps of several options those that there are', () => {
    const text = new URLSearchParams({ where: '["risk_level","not_in","C9","C3"]' });
    expect(addressIn(text).getAll('where')).toEqual(['["risk_level","not_in","C3"]']);
  });
  it('says every kind of value of a field, and nothing of a condition that is not filled in', () => {
    const whole = new URLSearchParams(
      [
        '["complaint_open","=","false"]',
        '["total_asset","between","-0.5","12345678901234567890.12"]',
        '["trades","!=","3"]',
        '["complaint_open","!=|is_empty","true"]',
        '["complaint_open","=|is_empty","false"]',
        '["trades","not_between&is_not_empty","1","3"]',
        '["risk_level","not_in","C4"]',
        '["until","<","2028-02-29"]',
        '["until","is_empty"]',
      ].map((where) => ['where', where]),
    );
    const shown = shownIn(whole, meta);
    expect(addressIn(whole).toString()).toBe(`tab=mine&${whole.toString()}`);
    const unfilled = shown.rows.map((row) => ({ ...row, values: row.values.map(() => '') }));
    const left = addressOf({ ...shown, rows: unfilled }, meta, NOWHERE);
    expect(left.getAll('where')).toEqual(['["until","is_empty"]']);
  });
  it('never holds a number of a person, which an address would hand on', () => {
    expect(addressOf({ ...read(''), q: '138 0000 1234' }, meta, NOWHERE).toString()).toBe('');
    expect(addressOf({ ...read(''), q: '王 1234' }, meta, NOWHERE).get('q')).toBe('王 1234');
    const typed = new URLSearchParams([
      ['where', '["name","=","13800138000"]'],
      ['where', '["name","in","甲","6222 0210 0111 2223"]'],
      ['where', '["name","=","甲 2026"]'],
      ['where', '["total_asset",">=","50000000"]'],
    ]);
    expect(shownIn(typed, meta).rows).toHaveLength(4);
    expect(addressIn(typed).getAll('where')).toEqual(['["name","=","甲 2026"]', '["total_asset",">=","50000000"]']);
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
    'group=name&closed=1',
    'closed=C3',
    'from=51',
    'branch=not-a-uid',
    `boss=${UID}`,
  ])('leaves out what the list has not: %s', (text) => {
    expect(written(text)).toBe('');
  });
});

describe('where the records of a list belong', () => {
  it('stays in the address whatever else is shown', () => {
    expect(written('unit=B001&below=0&served=&q=x')).toBe('unit=B001&below=0&served=&tab=mine&q=x');
    expect(written('unit=')).toBe('unit=&tab=mine');
  });
  it('is left out and said where its reader may not ask about it, and there stays what else is said', () => {
    const closed = { ...meta, list: { ...meta.list, places: [] } };
    const link = new URLSearchParams(`unit=B001&below=0&served=&boss=${UID}&where=["name","=","甲"]`);
    expect(droppedIn(link, closed).places).toEqual([
      { kind: 'of', field: 'boss', value: '' },
      { kind: 'unit', value: 'B001' },
      { kind: 'served_by', value: '' },
    ]);
    const places = placesIn(link, closed);
    expect(addressOf(shownIn(link, closed), closed, places).toString()).toBe(
      new URLSearchParams([
        ['tab', 'mine'],
        ['where', '["name","=","甲"]'],
      ]).toString(),
    );
    expect(droppedIn(new URLSearchParams('branch=not-a-uid'), meta).places).toEqual([
      { kind: 'of', field: 'branch', value: 'not-a-uid' },
    ]);
  });
});
