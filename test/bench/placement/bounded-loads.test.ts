import { expect, it } from 'vitest';
import { boundedLoads, placeBounded } from './bounded-loads.ts';
import { numbersTo } from './placer.ts';
import { PointRing } from './ring-hash.ts';
import { makeOrganizations } from './world.ts';

const organizations = makeOrganizations(3_000, 1);
const each = Float64Array.from(organizations.ids, () => 1);
const servers = numbersTo(20);

it.each([1.05, 1.25])('holds the bound for items of size 1, c = %d', (c) => {
  const loads = new Array<number>(20).fill(0);
  for (const server of boundedLoads(c).start(organizations, 20).round(servers, each)) loads[server]!++;
  expect(loads.reduce((a, b) => a + b)).toBe(3_000);
  expect(Math.max(...loads)).toBe(Math.ceil(c * 150));
});

it('all servers that an item has passed are full', () => {
  const ring = new PointRing(servers, 4);
  const placement = placeBounded(ring, organizations.hashes, servers, each, 1.05);
  const room = Math.ceil(1.05 * 150);
  const loads = new Array<number>(20).fill(0);
  for (const server of placement) loads[server]!++;
  let passed = 0;
  organizations.hashes.forEach((hash, i) => {
    for (let place = ring.placeOf(hash); ; place = (place + 1) % ring.size) {
      const server = ring.serverAt(place);
      if (server === placement[i]) return;
      passed++;
      expect(loads[server]).toBe(room);
    }
  });
  expect(passed).toBeGreaterThan(100);
});

it('what fits nowhere goes where the load is least', () => {
  const few = { ...organizations, hashes: organizations.hashes.slice(0, 4) };
  const placement = boundedLoads(1.25)
    .start(few, 2)
    .round([0, 1], Float64Array.of(1, 1, 1, 30));
  const [large] = placement.slice(3);
  const others = placement.slice(0, 3).filter((server) => server === large).length;
  expect(others).toBeLessThanOrEqual(1);
});

it('the order in which they came decides who is passed on', () => {
  const ring = new PointRing([0, 1], 1);
  const start = ring.serverAt(ring.placeOf(5n));
  const at = (connections: number[]): number[] => [
    ...placeBounded(ring, BigUint64Array.of(5n, 5n, 5n), [0, 1], Float64Array.from(connections), 1),
  ];
  expect(at([2, 1, 1])).toEqual([start, 1 - start, 1 - start]);
  expect(at([1, 1, 2])).toEqual([start, start, 1 - start]);
  // As nothing is too late to be placed anew, the last one that grows moves others.
  expect(at([1, 2, 1])).toEqual([start, 1 - start, start]);
});
