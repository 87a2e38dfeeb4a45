import fc from 'fast-check';
import { expect, it } from 'vitest';
import { adoption, type AdoptionInput } from './adopt.ts';
import { Ring } from './ring.ts';
import { hashKey, slotKey, slotOf } from './slot.ts';
import { initialTable, serverOfSlot } from './table.ts';

const SERVERS = ['a', 'b', 'c', 'd'];
const table = initialTable(SERVERS.map((id) => ({ id, weight: 1 })));
const slotsOf = (server: string): number[] =>
  [...table.slots.keys()].filter((slot) => serverOfSlot(table, slot) === server);
const rings = new Map<string, Ring>();
const ringOf = (living: readonly string[]): Ring => {
  const key = living.join();
  const ring = rings.get(key) ?? new Ring(living);
  rings.set(key, ring);
  return ring;
};
const seat = (slot: number, server: string, connections: number, pinned = false) => ({
  slot,
  server,
  connections,
  pinned,
});
const adopt = (rest: Partial<AdoptionInput> = {}): ((slot: number) => string | undefined) =>
  adoption({ dead: ['a'], previous: table, living: ['b', 'c', 'd'], slotCounts: [], ...rest });

it('without devices goes by the ring of the living, with the key that the filter makes', () => {
  const at = adopt();
  const ring = ringOf(['b', 'c', 'd']);
  for (const slot of slotsOf('a').slice(0, 500)) expect(at(slot)).toBe(ring.serverOf(slotKey(slot, 'a')));
  expect(new Set(slotsOf('a').map(at))).toEqual(new Set(['b', 'c', 'd']));
  const acme = 'acme';
  expect(slotKey(slotOf(acme), 'a')).toBe(hashKey(acme, 'a'));
});

it('has nothing to say of the slots of the living', () => {
  expect(slotsOf('b').slice(0, 50).map(adopt())).toEqual(new Array(50).fill(undefined));
});

it('goes to where most of the devices are, pinned ones and dead servers not counted', () => {
  const [slot = 0] = slotsOf('a');
  const fallback = ringOf(['b', 'c', 'd']).serverOf(slotKey(slot, 'a'))!;
  const [other = '', third = ''] = ['b', 'c', 'd'].filter((id) => id !== fallback);
  const at = (...slotCounts: ReturnType<typeof seat>[]): string | undefined => adopt({ slotCounts })(slot);
  expect(at(seat(slot, other, 1))).toBe(other);
  expect(at(seat(slot, other, 2), seat(slot, third, 3))).toBe(third);
  expect(at(seat(slot, other, 9, true))).toBe(fallback);
  expect(at(seat(slot, 'gone', 9))).toBe(fallback);
  // Equal: the one that the next device would land on.
  expect(at(seat(slot, other, 2), seat(slot, fallback, 2))).toBe(fallback);
  // Three devices that the dead server has not let go of will come to the fallback.
  expect(at(seat(slot, other, 2), seat(slot, 'a', 3))).toBe(fallback);
});

it('takes several deaths at once', () => {
  const at = adopt({ dead: ['a', 'b'], living: ['b', 'c', 'd'] });
  const ring = ringOf(['c', 'd']);
  for (const slot of [...slotsOf('a').slice(0, 200), ...slotsOf('b').slice(0, 200)]) {
    expect(at(slot)).toBe(ring.serverOf(slotKey(slot, serverOfSlot(table, slot)!)));
  }
  expect(adopt({ dead: SERVERS, living: [] })(0)).toBeUndefined();
});

it('always names the living server with the most votes', () => {
  const counts = fc.array(
    fc.record({
      slot: fc.constantFrom(...slotsOf('a').slice(0, 5)),
      server: fc.constantFrom(...SERVERS),
      connections: fc.integer({ min: 0, max: 5 }),
      pinned: fc.boolean(),
    }),
    { maxLength: 20 },
  );
  const ring = ringOf(['b', 'c', 'd']);
  fc.assert(
    fc.property(counts, (slotCounts) => {
      const at = adopt({ slotCounts, ring });
      for (const slot of slotsOf('a').slice(0, 5)) {
        const fallback = ring.serverOf(slotKey(slot, 'a'));
        const votes = (server: string): number =>
          slotCounts
            .filter((one) => one.slot === slot && !one.pinned)
            .filter((one) => one.server === server || (one.server === 'a' && server === fallback))
            .reduce((sum, { connections }) => sum + connections, 0);
        const most = Math.max(...['b', 'c', 'd'].map(votes));
        expect(votes(at(slot)!)).toBe(most);
      }
    }),
    { numRuns: 100 },
  );
});
