import { describe, expect, it } from 'vitest';
import { hashKey, organizationHash, slotOf } from './slot.ts';

describe('slotOf', () => {
  it.each([
    // Vectors of the xxHash specification's reference implementation, seed 0.
    ['', 0xef46db3751d8e999n],
    ['a', 0xd24ec4f1a98c6e5bn],
    ['abc', 0x44bc2cf5ad770999n],
  ])('hashes %j as xxHash64 does', (text, hash) => {
    expect(organizationHash(text)).toBe(hash);
    expect(slotOf(text)).toBe(Number(hash % 16384n));
  });

  it('takes the point from the slot, and from the hash for a pinned organization', () => {
    expect(hashKey('abc', 'server-1')).toBe(`server-1_${slotOf('abc') % 16}`);
    expect(hashKey('abc', 'server-1', true)).toBe(`server-1_${0x44bc2cf5ad770999n % 16n}`);
  });
});
