import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Pairs } from './pairs.ts';

function inOrder(list: [server: number, slot: number, score: number][]): [number, number][] {
  const pairs = new Pairs();
  for (const [server, slot, score] of list) pairs.add(server, slot, score);
  const order: [number, number][] = [];
  pairs.inOrder((server, slot) => order.push([server, slot]));
  return order;
}

it('orders by score, then server, then slot', () => {
  const score = fc.oneof(
    fc.double({ min: 0, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom(0, 1, Infinity),
  );
  const pair = fc.tuple(fc.nat(70_000), fc.nat(16_383), score);
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 100 }), (list) => {
      const sorted = [...list].sort(([a, b, c], [d, e, f]) => (c < f ? -1 : c > f ? 1 : a - d || b - e));
      expect(inOrder(list)).toEqual(sorted.map(([server, slot]) => [server, slot]));
    }),
  );
});

it('is empty without pairs', () => {
  expect(inOrder([])).toEqual([]);
});
