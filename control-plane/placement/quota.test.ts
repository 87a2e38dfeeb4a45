import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairShares, fillUp, quotas, roundShares, weightUnits } from './quota.ts';
import { SLOTS } from './types.ts';

const weight = fc.oneof(
  fc.integer({ min: 0, max: 10 }),
  fc.double({ min: 0, max: 100, noNaN: true }),
  fc.constantFrom(1e-6, 1e9),
);
const weights = fc.array(weight, { minLength: 1, maxLength: 40 }).filter((list) => list.some((w) => w > 0));
const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

describe('quotas', () => {
  it.each([
    { weights: [1], counts: [16384] },
    { weights: [1, 1, 1], counts: [5462, 5461, 5461] },
    { weights: [1, 2, 1], counts: [4096, 8192, 4096] },
    { weights: [0.1, 0.1, 0.1, 0.1], counts: [4096, 4096, 4096, 4096] },
    { weights: [0, 3, 0], counts: [0, 16384, 0] },
    { weights: [0, 0], counts: [0, 0] },
    { weights: [], counts: [] },
    { weights: [1, 1e9], counts: [0, 16384] },
  ])('of $weights are $counts', ({ weights, counts }) => {
    expect(quotas(weights)).toEqual(counts);
  });

  it('sum to all slots, each the fair share rounded up or down', () => {
    fc.assert(
      fc.property(weights, (list) => {
        const counts = quotas(list);
        expect(sum(counts)).toBe(SLOTS);
        const units = list.map(weightUnits);
        const all = units.reduce((a, b) => a + BigInt(b), 0n);
        counts.forEach((count, i) => {
          // |count - SLOTS * unit / all| < 1, without division.
          const off = BigInt(count) * all - BigInt(SLOTS) * BigInt(units[i]!);
          expect(off > -all && off < all).toBe(true);
          if (list[i] === 0) expect(count).toBe(0);
        });
      }),
    );
  });

  it('do not fall for a server whose weight grows', () => {
    fc.assert(
      fc.property(weights, fc.nat(), fc.double({ min: 0, max: 50, noNaN: true }), (list, which, more) => {
        const index = which % list.length;
        const grown = list.with(index, Math.min(1e9, list[index]! + more));
        expect(quotas(grown)[index]).toBeGreaterThanOrEqual(quotas(list)[index]!);
      }),
    );
  });

  it('give no server of less weight more than one of greater weight', () => {
    fc.assert(
      fc.property(weights, (list) => {
        const heavyFirst = [...list].sort((a, b) => b - a);
        const counts = quotas(heavyFirst);
        expect(counts).toEqual([...counts].sort((a, b) => b - a));
      }),
    );
  });

  it('hold for more servers than slots', () => {
    const counts = quotas(new Array<number>(20_000).fill(1));
    expect(sum(counts)).toBe(SLOTS);
    expect(Math.max(...counts)).toBe(1);
  });

  it.each([-1, Number.NaN, Infinity, 2e9])('refuse the weight %s', (bad) => {
    expect(() => quotas([1, bad])).toThrow(/weight of a server is .* from 0 to 1000000000/);
  });
});

describe('roundShares', () => {
  it('rounds up for those who hold more already, before the larger rest', () => {
    // Shares 10.5, 10.3 and 10.2 of 31.
    const shares = fairShares([105, 103, 102], 31);
    expect(roundShares(shares, [0, 0, 0], 31)).toEqual([11, 10, 10]);
    expect(roundShares(shares, [10, 10, 11], 31)).toEqual([10, 10, 11]);
    expect(roundShares(shares, [10, 15, 11], 31)).toEqual([10, 11, 10]);
  });

  it('has no answer where the sum is out of reach', () => {
    const shares = fairShares([105, 103, 102], 31);
    expect(roundShares(shares, [0, 0, 0], 29)).toBeUndefined();
    expect(roundShares(shares, [0, 0, 0], 34)).toBeUndefined();
    expect(roundShares(shares, [0, 0, 0], 33)).toEqual([11, 11, 11]);
  });
});

describe('filling up', () => {
  it('takes from nobody, gives everything, and brings those that get some as close to each other as can be', () => {
    const lists = fc.array(
      fc.record({ weight: fc.integer({ min: 0, max: 4 }), held: fc.integer({ min: 0, max: 40 }) }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(lists, fc.nat({ max: 100 }), (list, more) => {
        const weights = list.map(({ weight }) => weight);
        const held = list.map((one) => one.held);
        const total = held.reduce((a, b) => a + b, 0) + more;
        const counts = fillUp(weights, held, total);
        expect(counts.every((count, i) => count >= held[i]!)).toBe(true);
        if (weights.every((weight) => weight === 0)) {
          expect(counts).toEqual(held);
          return;
        }
        expect(counts.reduce((a, b) => a + b, 0)).toBe(total);
        const grown = [...counts.keys()].filter((i) => counts[i]! > held[i]!);
        expect(grown.every((i) => weights[i]! > 0)).toBe(true);
        // Nobody that got slots is above another that could have had them by more than the rounding.
        for (const i of grown) {
          weights.forEach((weight, j) => {
            if (weight > 0) expect((counts[i]! - 1) / weights[i]!).toBeLessThan((counts[j]! + 1) / weight);
          });
        }
      }),
      { numRuns: 200 },
    );
  });
});
