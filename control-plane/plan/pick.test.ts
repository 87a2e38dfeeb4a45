import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byWorth, completed, costOf, pickWithin, smallestEnough, worthOf } from './pick.ts';
import type { Piece } from './pick.ts';

const piece = (unit: number, value: number, cost = value): Piece => ({
  unit,
  name: '',
  value,
  cost,
  worth: worthOf(value, cost),
});
const pieces = (...values: number[]): Piece[] => values.map((value, unit) => piece(unit, value));
const valuesOf = (list: readonly Piece[]): number[] => list.map(({ value }) => value);
const always = (): boolean => true;
const nothing = (missing: number): { pieces: Piece[]; missing: number } => ({ pieces: [], missing });

describe('byWorth', () => {
  it('puts first what costs nothing, then what frees most for a connection, then what is large', () => {
    const list = [piece(0, 5), piece(1, 9), piece(2, 8, 1), piece(3, 1, 0), piece(4, 9)];
    expect(byWorth(list).map(({ unit }) => unit)).toEqual([3, 2, 1, 4, 0]);
  });
});

describe('pickWithin', () => {
  it('takes no more than is needed', () => {
    const { pieces: picked, missing } = pickWithin(byWorth(pieces(7, 5, 3, 2, 1)), nothing(9), always);
    expect(valuesOf(picked)).toEqual([7, 2]);
    expect(missing).toBe(0);
  });

  it('takes what can be afforded, after what has been taken', () => {
    const affords = (cost: number, already: number): boolean => cost + already <= 6;
    const picked = pickWithin(byWorth(pieces(7, 5, 3, 1)), nothing(100), affords);
    expect(valuesOf(picked.pieces)).toEqual([5, 1]);
  });
});

describe('smallestEnough', () => {
  it('finds the smallest of those that are enough, and affordable', () => {
    const ascending = pieces(1, 3, 5, 9);
    expect(smallestEnough(ascending, nothing(4), always)!.value).toBe(5);
    expect(smallestEnough(ascending, nothing(4), (cost) => cost > 5)!.value).toBe(9);
    expect(smallestEnough(ascending, nothing(10), always)).toBeUndefined();
    expect(smallestEnough(ascending, { pieces: [ascending[2]!], missing: 4 }, always)!.value).toBe(9);
  });
});

describe('completed', () => {
  it('takes a piece back where another alone comes closer', () => {
    const list = pieces(19, 20, 10);
    const within = pickWithin(byWorth(list), nothing(19.5), always);
    expect(valuesOf(within.pieces)).toEqual([19]);
    expect(valuesOf(completed(list, within, always)!.pieces)).toEqual([20]);
  });

  it('leaves out what the last piece makes up for', () => {
    const list = pieces(2, 3, 50);
    const within = pickWithin(byWorth(list), nothing(48), always);
    const { pieces: picked, missing } = completed(list, within, always)!;
    expect(valuesOf(picked)).toEqual([50]);
    expect(missing).toBe(-2);
  });

  it('is enough whenever all together are, and seldom far from the least', () => {
    const values = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 9 });
    let over = 0;
    let least = 0;
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 120 }), (list, need) => {
        const all = list.map((value, unit) => piece(unit, value));
        const within = pickWithin(byWorth(all), nothing(need), always);
        const picked = within.missing <= 0 ? within : completed(all, within, always);
        const total = list.reduce((sum, value) => sum + value, 0);
        const sums = list.reduce<number[]>(
          (done, value) => [...done, ...done.map((sum) => sum + value)],
          [0],
        );
        expect(picked !== undefined).toBe(total >= need);
        if (picked === undefined) return;
        expect(new Set(picked.pieces).size).toBe(picked.pieces.length);
        expect(costOf(picked.pieces)).toBe(need - picked.missing);
        expect(picked.missing).toBeLessThanOrEqual(0);
        over += need - picked.missing;
        least += Math.min(...sums.filter((sum) => sum >= need));
      }),
      { numRuns: 300 },
    );
    expect(over / least).toBeLessThan(1.1);
  });
});
