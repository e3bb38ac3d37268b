import { describe, expect, it } from 'vitest';
import { leadingBack, wayBack } from './returning';

const search = (path: string) => new URLSearchParams(path.slice(path.indexOf('?')));

describe('the way back of a form', () => {
  it('stands in its address, whatever the page before had in its own', () => {
    const path = leadingBack('/records/thing/new?owner=u1', '/records/party/p1?tab=a&b=c');
    expect(path).toBe('/records/thing/new?owner=u1&back=%2Frecords%2Fparty%2Fp1%3Ftab%3Da%26b%3Dc');
    expect(wayBack(search(path))).toBe('/records/party/p1?tab=a&b=c');
    expect(leadingBack('/records/thing/new', '/')).toBe('/records/thing/new?back=%2F');
  });
  it('never leads to another site', () => {
    for (const back of [
      'https://example.com/',
      '//example.com',
      '/\\example.com',
      'javascript:alert(1)',
      'records',
      '',
    ]) {
      expect(wayBack(new URLSearchParams({ back }))).toBeNull();
    }
    for (const back of [
      '/\t/example.com',
      '/\n/example.com',
      '/\r\\example.com',
      '\t//example.com',
      '/\u0000/example.com',
      '/.//example.com',
      '/a/..//example.com',
    ]) {
      const led = wayBack(new URLSearchParams({ back }));
      expect([back, new URL(led ?? '/', 'https://zhike.example').origin]).toEqual([back, 'https://zhike.example']);
    }
    expect(wayBack(new URLSearchParams({ back: '/\t/example.com' }))).toBeNull();
    expect(wayBack(new URLSearchParams({ back: '/.//example.com' }))).toBeNull();
    expect(wayBack(new URLSearchParams())).toBeNull();
  });
});
