import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rangeEnd, toEntry, toEtcd } from './keys.ts';

it('ends a range right behind all keys that begin with the prefix', () => {
  const property = (prefix: string, rest: string): void => {
    const [start, end] = [Buffer.from(prefix), rangeEnd(prefix)];
    const inRange = (key: Buffer): boolean => Buffer.compare(start, key) <= 0 && Buffer.compare(key, end) < 0;
    const key = Buffer.from(prefix + rest);
    expect(inRange(key)).toBe(true);
    const other = Buffer.from(rest);
    expect(inRange(other)).toBe(other.subarray(0, start.length).equals(start));
  };
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(
      text.filter((prefix) => prefix !== ''),
      text,
      property,
    ),
  );
});

it('takes the prefix off again', () => {
  const property = (key: string): void => {
    const kv = {
      key: toEtcd('/cohort/ä/', key),
      value: Buffer.from('v'),
      mod_revision: '7',
      create_revision: '5',
      version: '1',
      lease: '0',
    };
    expect(toEntry('/cohort/ä/', kv)).toEqual({
      key,
      value: Buffer.from('v'),
      revision: 7,
      createRevision: 5,
      lease: undefined,
    });
  };
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), property));
});
