import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkKey, currentKey, garbage, join, sha256, split, uploadPrefix } from './chunks.ts';
import type { CurrentRecord } from './chunks.ts';
import type { Entry } from './store.ts';

function record(bytes: Uint8Array, chunks: number, previous: string[] = []): CurrentRecord {
  return { version: 4, upload: '4-x', chunks, bytes: bytes.length, sha256: sha256(bytes), previous };
}

function entry(key: string, revision: number, value: Uint8Array = Buffer.alloc(0)): Entry {
  return { key, revision, createRevision: revision, value: Buffer.from(value), lease: undefined };
}

function entries(chunks: readonly Uint8Array[]): Entry[] {
  return chunks.map((chunk, index) => entry(chunkKey('n', '4-x', index), 1, chunk));
}

describe('a value in chunks', () => {
  it('is cut into chunks of the size, and joined again', () => {
    const property = (bytes: Uint8Array, size: number): void => {
      const chunks = split(bytes, size);
      expect(chunks.length).toBe(Math.max(1, Math.ceil(bytes.length / size)));
      expect(chunks.every((chunk) => chunk.length <= size)).toBe(true);
      expect(join(record(bytes, chunks.length), entries(chunks))).toEqual(Buffer.from(bytes));
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 1, max: 40 }), property));
  });

  it('has keys in the order of the chunks', () => {
    const keys = Array.from({ length: 1200 }, (_, index) => chunkKey('n', 'u', index));
    expect([...keys].sort()).toEqual(keys);
    expect(keys.every((key) => key.startsWith(uploadPrefix('n', 'u')))).toBe(true);
  });

  it('is refused with a reason when a chunk is missing, cut, or changed', () => {
    const bytes = Buffer.from('abcdef');
    const chunks = split(bytes, 2);
    const whole = record(bytes, 3);
    expect(join(whole, entries(chunks.slice(0, 2)))).toBe('2 of 3 chunks are there');
    expect(join(whole, entries([...chunks.slice(0, 2), Buffer.from('e')]))).toContain('hold 5 bytes, not 6');
    expect(join(whole, entries([...chunks.slice(0, 2), Buffer.from('eF')]))).toContain('SHA-256');
  });

  it.each(['', 'a/b', 'ä', 'a'.repeat(129)])('is not named %j', (name) => {
    expect(() => currentKey(name)).toThrow(RangeError);
  });
});

describe('garbage', () => {
  const now = record(Buffer.alloc(0), 1, ['3-x', '2-x']);
  const COMMITTED = 50;
  const collect = (...chunks: [upload: string, revision: number][]): string[] =>
    garbage(
      'n',
      now,
      COMMITTED,
      chunks.map(([upload, revision], index) => entry(chunkKey('n', upload, index), revision)),
    );

  it('is not what the record names, however old', () => {
    expect(collect(['4-x', 49], ['3-x', 30], ['2-x', 20])).toEqual([]);
  });

  it('is what it does not name any more', () => {
    expect(collect(['1-x', 10], ['3-x', 30])).toEqual([chunkKey('n', '1-x', 0)]);
  });

  it('is an upload that began before the commit, all of it: it cannot be committed', () => {
    expect(collect(['4-y', 49], ['4-y', 51])).toHaveLength(2);
  });

  it('is not an upload that began after the commit: it may replace this version', () => {
    expect(collect(['5-y', 51], ['5-y', 52])).toEqual([]);
  });
});
