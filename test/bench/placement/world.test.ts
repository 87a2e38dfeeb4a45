import { expect, it } from 'vitest';
import { slotOf } from '../../../control-plane/placement/slot.ts';
import { makeWorld, zipf } from './world.ts';

it('the k-th largest organization has 1/k of the largest, in whole connections', () => {
  const sizes = zipf(2_000);
  expect([sizes[0], sizes[1], sizes[2], sizes[1_999]]).toEqual([20_000, 10_000, 6_667, 10]);
  expect(sizes.every(Number.isInteger)).toBe(true);
});

it('a world is decided by its seed, and slots are those of the product', () => {
  const size = { servers: 10, organizations: 500 };
  const world = makeWorld(size, 3);
  expect(makeWorld(size, 3)).toEqual(world);
  expect(makeWorld(size, 4).connections).not.toEqual(world.connections);
  expect([...world.connections].sort((a, b) => b - a)).toEqual([...zipf(500)]);
  const { ids, slots } = world.organizations;
  ids.forEach((id, i) => expect(slots[i]).toBe(slotOf(id)));
});
