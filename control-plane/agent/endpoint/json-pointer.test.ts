import { expect, it } from 'vitest';
import { follow, parsePointer } from './json-pointer.ts';

/** RFC 6901, section 5. */
const DOCUMENT: unknown = JSON.parse(
  '{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\\\j":5,"k\\"l":6," ":7,"m~n":8}',
);

it.each([
  ['/foo/0', 'bar'],
  ['/', 0],
  ['/a~1b', 1],
  ['/c%d', 2],
  ['/e^f', 3],
  ['/g|h', 4],
  ['/i\\j', 5],
  ['/k"l', 6],
  ['/ ', 7],
  ['/m~0n', 8],
  ['/foo/00', undefined],
  ['/foo/-', undefined],
  ['/foo/2', undefined],
  ['/foo/length', undefined],
  ['/toString', undefined],
  ['/foo/0/x', undefined],
])('%s', (pointer, expected) => {
  expect(follow(parsePointer(pointer)!, DOCUMENT)).toBe(expected);
});

it('the empty one means all', () => {
  expect(follow(parsePointer('')!, DOCUMENT)).toBe(DOCUMENT);
});

it.each(['foo', 'a/b', '/~', '/~2'])('not %j', (text) => {
  expect(parsePointer(text)).toBeUndefined();
});
