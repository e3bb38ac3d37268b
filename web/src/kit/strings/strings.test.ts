import { describe, expect, it } from 'vitest';
import { textOf } from '.';
import { ofRooms } from './all';

const sources = import.meta.glob<string>(['../../**/*.ts', '../../**/*.tsx', '!../../**/*.test.*', '!./*.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** The texts of rooms that a source names, other than those of its own room. */
function foreign(path: string, source: string): string[] {
  const own = /rooms\/(\w+)\//.exec(path)?.[1];
  const keys = Object.entries(ofRooms).flatMap(([room, texts]) => (room === own ? [] : Object.keys(texts)));
  return keys.filter((key) => source.includes(`'${key}'`));
}

describe('texts of a room', () => {
  it('are used by that room alone: others may be drawn before its code is there', () => {
    expect(Object.keys(sources).length).toBeGreaterThan(100);
    const found = Object.entries(sources).map(([path, source]) => [path, foreign(path, source)] as const);
    expect(Object.fromEntries(found.filter(([, keys]) => keys.length > 0))).toEqual({});
    expect(foreign('../../blocks/x.tsx', "t('audience.title')")).toEqual(['audience.title']);
  });

  it('speak of what compliance stops, not of the gate that does it', () => {
    const texts = Object.values(ofRooms).flatMap((room) => Object.values<readonly [string, string]>(room));
    expect(texts.length).toBeGreaterThan(300);
    expect(texts.filter(([zh, en]) => zh.includes('闸门') || /\bgate\b/i.test(en))).toEqual([]);
  });

  it('are found by their key once the room is open', () => {
    expect(textOf('audience.title')).toEqual(ofRooms.audiences['audience.title']);
    expect(textOf('audience.nothing')).toBeUndefined();
  });
});
