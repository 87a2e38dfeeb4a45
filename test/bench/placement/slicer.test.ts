import { beforeAll, describe, expect, it } from 'vitest';
import { SLOTS } from '../../../control-plane/placement/types.ts';
import { Random } from '../../../protocol-filters/fuzz/random.ts';
import { balanceOf } from './balance.ts';
import { numbersTo } from './placer.ts';
import { evenSlices, Slicer } from './slicer.ts';
import { makeOrganizations, makeWorld } from './world.ts';

/** Slots that are elsewhere, and whether the slices still cover every slot once. */
function places(slicer: Slicer): Int32Array {
  const slots = new Int32Array(SLOTS).fill(-1);
  let next = 0;
  for (const { from, to, server } of slicer.slices) {
    expect(from).toBe(next);
    expect(to).toBeGreaterThan(from);
    slots.fill(server, from, to);
    next = to;
  }
  expect(next).toBe(SLOTS);
  return slots;
}
const movedSlots = (before: Int32Array, after: Int32Array): number =>
  before.reduce((moved, server, slot) => moved + (server === after[slot] ? 0 : 1), 0);

it('begins with equal parts of the keys', () => {
  const slices = evenSlices([0, 1, 3]);
  expect(slices).toHaveLength(150);
  for (const server of [0, 1, 3]) {
    const slots = slices
      .filter((slice) => slice.server === server)
      .reduce((n, { from, to }) => n + to - from, 0);
    expect(Math.abs(slots - SLOTS / 3)).toBeLessThan(1);
  }
  expect(evenSlices(numbersTo(1_000))).toHaveLength(16_000);
});

describe('on Zipf-1 organizations', () => {
  const world = makeWorld({ servers: 10, organizations: 2_000 }, 1);
  const living = numbersTo(10);
  const { connections } = world;
  const slicer = new Slicer(world.organizations, 11);
  const ratio = (): number =>
    balanceOf({ placement: slicer.round(living, connections), connections, living }).plainWorstOverMean;
  let first = 0;
  beforeAll(() => (first = ratio()));

  it('stays within the budgets and between the numbers of slices', () => {
    let before = places(slicer);
    for (let round = 0; round < 30; round++) {
      ratio();
      const after = places(slicer);
      expect(movedSlots(before, after)).toBeLessThanOrEqual(0.1 * SLOTS);
      expect(slicer.slices.length).toBeGreaterThanOrEqual(500);
      expect(slicer.slices.length).toBeLessThanOrEqual(1_500);
      before = after;
    }
  });

  it('grows more even', () => {
    expect(ratio()).toBeLessThan(first);
    // The largest organization alone is 1.22 means.
    expect(ratio()).toBeLessThan(1.4);
  });

  it('empties a server that is gone, and fills one that joins', () => {
    const copy = slicer.copy();
    expect(new Set(copy.round([0, 1, 2, 3, 4, 5, 6, 7, 8], connections))).toEqual(new Set(numbersTo(9)));
    const joined = copy.round([...numbersTo(9), 10], connections);
    expect(new Set(joined).has(10)).toBe(true);
    expect(new Set(slicer.slices.map(({ server }) => server))).toEqual(new Set(living));
  });
});

it('moves the slice that takes most off for its width', () => {
  const organizations = makeOrganizations(2_000, 1);
  const random = new Random(1);
  const sizes = Float64Array.from(organizations.ids, () => random.between(1, 9));
  const slicer = new Slicer(organizations, 2, [
    { from: 0, to: 12_000, load: 0, server: 0 },
    { from: 12_000, to: 13_000, load: 0, server: 0 },
    { from: 13_000, to: 14_000, load: 0, server: 1 },
    { from: 14_000, to: SLOTS, load: 0, server: 1 },
  ]);
  slicer.round([0, 1], sizes);
  const at = places(slicer);
  // The wide one is beyond the budget. It is split, and its halves stay where they are.
  expect([at[0], at[11_999], at[12_000], at[14_000]]).toEqual([0, 0, 1, 1]);
  expect(slicer.slices.map(({ from }) => from)).toEqual([0, 6_000, 12_000, 13_000, 14_000]);
});
