import { expect, it } from 'vitest';
import createXxHash from 'xxhash-wasm';
import { maglev, maglevTable, TABLE_SIZE } from './maglev.ts';
import { movedBetween, numbersTo } from './placer.ts';
import { makeOrganizations, serverId } from './world.ts';

const { h64 } = await createXxHash();

it('gives each server as many places as any other, but for one', () => {
  for (const count of [3, 100, 600]) {
    const places = new Array<number>(count).fill(0);
    for (const server of maglevTable(numbersTo(count).map(serverId), TABLE_SIZE)) places[server]!++;
    expect(Math.max(...places) - Math.min(...places)).toBeLessThanOrEqual(1);
    expect(Math.max(...places) / (TABLE_SIZE / count)).toBeLessThan(1.01);
  }
});

it('is the table that the permutations of the paper give', () => {
  const ids = ['a', 'b', 'c'];
  // Written out by hand-made permutations: whose turn it is takes its first place that is free.
  const permutations = ids.map((id) => {
    const [offset, skip] = [h64(`${id}/offset`) % 7n, (h64(`${id}/skip`) % 6n) + 1n];
    return numbersTo(7).map((j) => Number((offset + BigInt(j) * skip) % 7n));
  });
  const expected = new Array<number>(7).fill(-1);
  for (let turn = 0; turn < 7; turn++) {
    const place = permutations[turn % 3]!.find((one) => expected[one] === -1)!;
    expected[place] = turn % 3;
  }
  expect([...maglevTable(ids, 7)]).toEqual(expected);
});

it('moves little more than what the server had that leaves', () => {
  const organizations = makeOrganizations(20_000, 1);
  const each = Float64Array.from(organizations.ids, () => 1);
  const placer = maglev.start(organizations, 10);
  const before = placer.round(numbersTo(10), each);
  const after = placer.round([0, 1, 2, 3, 4, 5, 6, 7, 9], each);
  const had = before.filter((server) => server === 8).length;
  const moved = movedBetween(before, after, each);
  expect(after.includes(8)).toBe(false);
  expect(moved).toBeGreaterThanOrEqual(had);
  expect(moved).toBeLessThan(had * 1.15);
});
