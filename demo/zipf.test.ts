import fc from 'fast-check';
import { expect, it } from 'vitest';
import { zipfSizes } from './zipf.ts';

it('gives every device to an organization, the first the most', () => {
  expect(zipfSizes(11, 3)).toEqual([5, 3, 3]);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 500 }),
      (total, organizations) => {
        const sizes = zipfSizes(total, organizations);
        expect(sizes).toHaveLength(Math.min(total, organizations));
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(total);
        expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1);
        expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
      },
    ),
  );
});
