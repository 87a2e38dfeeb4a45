import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodePairs, encodePairs } from './pairs.ts';

it('reads back what it wrote', () => {
  const text = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 20 }), (pairs) => {
      expect(decodePairs(Buffer.from(encodePairs(pairs)))).toEqual(pairs);
    }),
  );
});

it('writes count, sizes and zero-ended texts', () => {
  expect(Buffer.from(encodePairs([['a', 'bc']])).toString('latin1')).toBe(
    '\x01\0\0\0\x01\0\0\0\x02\0\0\0a\0bc\0',
  );
});

it('is an empty list for anything malformed', () => {
  const good = Buffer.from(encodePairs([['name', 'value']]));
  for (let length = 0; length < good.length; length++)
    expect(decodePairs(good.subarray(0, length))).toEqual([]);
  expect(decodePairs(Buffer.concat([good, Buffer.from([0])]))).toEqual([]);
  const unended = Buffer.from(good);
  unended[unended.length - 1] = 1;
  expect(decodePairs(unended)).toEqual([]);
  const many = Buffer.alloc(4 + 1025 * 10);
  many.writeUInt32LE(1025, 0);
  expect(decodePairs(many)).toEqual([]);
});
