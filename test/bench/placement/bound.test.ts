import fc from 'fast-check';
import { expect, it } from 'vitest';
import { balanceOf } from './balance.ts';
import { leastMoved, mostWithin } from './bound.ts';
import { movedBetween } from './placer.ts';

const least = (placement: number[], connections: number[], living: number[], ratio: number): number =>
  leastMoved({ placement: Int32Array.from(placement), connections, living }, ratio);

it('of an even placement nothing has to move', () => {
  expect(least([0, 1, 2], [4, 4, 4], [0, 1, 2], 1)).toBe(0);
});

it('what a server had that is gone has to move', () => {
  expect(least([0, 0, 1, 1, 2, 2], [1, 1, 1, 1, 1, 1], [0, 1], 1)).toBe(2);
});

it('what is above the ratio has to move when another joins', () => {
  // Two servers with 6 each; with a third the mean is 4: up to 4.2 may stay.
  const halves = new Array<number>(12).fill(1);
  const placement = halves.map((_, i) => i % 2);
  expect(least(placement, halves, [0, 1, 2], 1)).toBe(4);
  expect(least(placement, halves, [0, 1, 2], 1.05)).toBe(4);
  expect(least(placement, halves, [0, 1, 2], 1.25)).toBe(2);
  expect(least(placement, halves, [0, 1, 2], 1.5)).toBe(0);
});

it('the own server of an organization keeps it, and no more', () => {
  // Means 13/3, then 3/2: 10 is above it.
  expect(least([0, 0, 1, 2], [10, 1, 1, 1], [0, 1, 2], 1.05)).toBe(1);
});

it('an organization that lost its own server needs another one empty', () => {
  // Server 0 is gone with 20; the others carry 3, 2 and 4. The one with 2 has to be emptied, at the least.
  const placement = [0, 1, 1, 1, 2, 2, 3, 3, 3, 3];
  const sizes = [20, 1, 1, 1, 1, 1, 1, 1, 1, 1];
  expect(least(placement, sizes, [1, 2, 3], 2)).toBe(22);
  // One with nothing on it is free: nothing is driven out.
  expect(least(placement, sizes, [1, 2, 3, 4], 2)).toBe(20);
});

it('one that has to land as a whole drives others out', () => {
  // Server 0 is gone with 6 and 1. Mean 18/2 = 9: on a server with 5 or 6 there is room for 4.
  const placement = [0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2];
  const sizes = [6, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
  expect(least(placement, sizes, [1, 2], 1)).toBe(7 + 2);
  // In ones there is room for all.
  const ones = [0, 0, 0, 0, 0, 0, 0, ...placement.slice(2)];
  expect(least(ones, [1, 1, 1, 1, 1, 1, ...sizes.slice(1)], [1, 2], 1)).toBe(7);
});

it('what a server keeps is made of whole organizations', () => {
  expect(mostWithin([7, 5, 4], 8)).toBe(7);
  expect(mostWithin([7, 5, 4], 9)).toBe(9);
  expect(mostWithin([7, 5, 4], 11.9)).toBe(11);
  expect(mostWithin([7, 5, 4], 100)).toBe(16);
  expect(mostWithin([7, 5], 4)).toBe(0);
  // Mean 18/3: of 5 and 5 only one can stay.
  expect(least([0, 0, 1, 1], [5, 5, 4, 4], [0, 1, 2], 1.05)).toBe(9);
});

it('no placement with that balance moves less', () => {
  const worlds = fc.record({
    sizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 30 })), {
      minLength: 3,
      maxLength: 6,
    }),
    seed: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 6, maxLength: 6 }),
    living: fc.subarray([0, 1, 2, 3, 4], { minLength: 2, maxLength: 4 }),
    ratio: fc.constantFrom(1, 1.05, 1.3, 2),
  });
  fc.assert(
    fc.property(worlds, ({ sizes, seed, living, ratio }) => {
      const before = Int32Array.from(sizes, (_, i) => seed[i]!);
      const bound = leastMoved({ placement: before, connections: sizes, living }, ratio);
      const connections = Float64Array.from(sizes);
      for (let code = 0; code < living.length ** sizes.length; code++) {
        const after = Int32Array.from(
          sizes,
          (_, i) => living[Math.floor(code / living.length ** i) % living.length]!,
        );
        const { worstOverMean } = balanceOf({ placement: after, connections, living });
        if (worstOverMean > ratio) continue;
        expect(movedBetween(before, after, connections)).toBeGreaterThanOrEqual(bound);
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});
