import { expect, it } from 'vitest';
import { HeaderMap } from './header-map.ts';

it('keeps names in lower case and pseudo headers first', () => {
  const map = new HeaderMap([
    [':method', 'GET'],
    ['X-One', '1'],
    [':path', '/'],
  ]);
  expect(map.toPairs()).toEqual([
    [':method', 'GET'],
    [':path', '/'],
    ['x-one', '1'],
  ]);
  expect(map.get('X-ONE')).toBe('1');
});

it('joins the second value of a known header and keeps both of another', () => {
  const map = new HeaderMap([
    ['via', 'a'],
    ['via', 'b'],
    ['cookie', 'c=1'],
    ['cookie', 'd=2'],
    ['x', '1'],
    ['x', '2'],
  ]);
  expect(map.toPairs()).toEqual([
    ['via', 'a,b'],
    ['cookie', 'c=1'],
    ['cookie', 'd=2'],
    ['x', '1'],
    ['x', '2'],
  ]);
  expect(map.get('x')).toBe('1');
});

it('takes host as another name of :authority', () => {
  const map = new HeaderMap([[':authority', 'a']]);
  map.add('Host', 'b');
  expect(map.toPairs()).toEqual([[':authority', 'a,b']]);
  expect(map.get('host')).toBe('a,b');
  expect(new HeaderMap([['host', 'c']]).get('host')).toBe('c');
});

it('replaces every value of a name by one at the end', () => {
  const map = new HeaderMap([
    ['x', '1'],
    ['y', '2'],
    ['x', '3'],
  ]);
  map.replace('X', '4');
  expect(map.toPairs()).toEqual([
    ['y', '2'],
    ['x', '4'],
  ]);
  map.remove('x');
  expect([map.size, map.byteSize]).toEqual([1, 2]);
});
