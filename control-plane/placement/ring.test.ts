import fc from 'fast-check';
import createXxHash from 'xxhash-wasm';
import { expect, it } from 'vitest';
import { POINTS } from '../../protocol-filters/wire/index.ts';
import { RING_SIZE } from '../resources/clusters.ts';
import { fallbackServer, Ring } from './ring.ts';

const { h64 } = await createXxHash();
const SIZE = 256;
const servers = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 12 });
const points = Array.from({ length: POINTS }, (_, k) => k);

/** The rule without a ring: of all points the one that is the shortest way ahead. */
function nearestAhead(key: string, living: readonly string[], size: number): string | undefined {
  const from = h64(key);
  let best: { way: bigint; id: string } | undefined;
  for (const id of living) {
    for (let i = 0; i < Math.ceil(size / living.length); i++) {
      const way = BigInt.asUintN(64, h64(`${id}_${i}`) - from);
      if (best === undefined || way < best.way) best = { way, id };
    }
  }
  return best?.id;
}

it('gives every key to the server whose point is next ahead, round the end of the ring', () => {
  const property = (living: string[], key: string): void => {
    expect(fallbackServer(key, living, SIZE)).toBe(nearestAhead(key, living, SIZE));
  };
  fc.assert(fc.property(servers, fc.string(), property), { numRuns: 50 });
  // The hash of this key lies behind the last point.
  const last = points.map((k) => h64(`a_${k}`)).reduce((a, b) => (a > b ? a : b));
  const behind = Array.from({ length: 1000 }, (_, i) => `key-${i}`).find((key) => h64(key) > last) ?? '';
  expect(h64(behind)).toBeGreaterThan(last);
  expect(nearestAhead(behind, ['a', 'b'], 32)).toBe(fallbackServer(behind, ['b', 'a'], 32));
});

it('gives a living server its own keys, however many live', () => {
  const property = (living: string[]): void => {
    const ring = new Ring(living, SIZE);
    for (const id of living) for (const k of points) expect(ring.serverOf(`${id}_${k}`)).toBe(id);
  };
  fc.assert(fc.property(servers, property), { numRuns: 50 });
});

it('is the same in whatever order, and however often, the living are named', () => {
  const property = (living: string[], key: string): void => {
    const other = fallbackServer(key, [...living].reverse().concat(living), SIZE);
    expect(other).toBe(fallbackServer(key, living, SIZE));
  };
  fc.assert(fc.property(servers, fc.string(), property), { numRuns: 50 });
});

it('has no server for any key when none lives', () => {
  expect(fallbackServer('a_0', [])).toBeUndefined();
});

it('has the size that the cluster asks for, rounded up to equal shares', () => {
  expect(new Ring(['a', 'b', 'c']).size).toBe(Math.ceil(RING_SIZE / 3) * 3);
});

it("spreads a dead server's keys over several others", () => {
  const ring = new Ring(['b', 'c', 'd', 'e']);
  const fallbacks = new Set(points.map((k) => ring.serverOf(`a_${k}`)));
  expect(fallbacks.size).toBeGreaterThan(2);
});
