import { expect, it } from 'vitest';
import { changesOf, overLeast, startOn } from './changes.ts';
import { stateless } from './placer.ts';
import type { Contender, Placer } from './placer.ts';
import { settle } from './settle.ts';
import { makeWorld } from './world.ts';

/** Everything on server 0 at first, and then one more to 1 in each round, as far as `most`. */
function stepper(most: number, at = 0): Placer {
  let moved = at;
  return {
    round: (_, connections) => {
      const placement = Int32Array.from(connections, (__, i) => (i < moved ? 1 : 0));
      moved = Math.min(moved + 1, most);
      return placement;
    },
    copy: () => stepper(most, moved),
  };
}
const eight = new Float64Array(8).fill(3);

it('counts what moves until nothing does', () => {
  const settled = settle(stepper(4), [0, 1], eight, undefined);
  expect(settled).toMatchObject({ rounds: 4, moved: 12, isQuiet: true, worstOverMean: 1 });
});

it('without end, it counts until it is good enough', () => {
  // Eight and none, six and two, four and four, two and six, and back again.
  const restless = (round = 0): Placer => ({
    round: () => {
      const first = Math.abs(8 - ((2 * ++round + 8) % 16));
      return Int32Array.from(eight, (_, i) => (i < first ? 1 : 0));
    },
    copy: () => restless(round),
  });
  const at = new Int32Array(8);
  const reached = settle(restless(), [0, 1], eight, at, { mostRounds: 20, goodEnough: 1 });
  expect(reached).toMatchObject({ isQuiet: false, worstOverMean: 1, rounds: 2, moved: 12 });
  expect(settle(restless(), [0, 1], eight, at, { mostRounds: 5 })).toMatchObject({ rounds: 5, moved: 30 });
});

it('compares each change with the least', () => {
  const world = makeWorld({ servers: 4, organizations: 400 }, 1);
  const byTurns: Contender = {
    name: 'by turns',
    start: () =>
      stateless((living, connections) => Int32Array.from(connections, (_, i) => living[i % living.length]!)),
  };
  const start = startOn(byTurns, world);
  const changes = changesOf(start, world, [1, 3]);
  expect(changes.map(({ kind, server }) => [kind, server])).toEqual([
    ['leave', 1],
    ['leave', 3],
    ['join', undefined],
  ]);
  for (const { after, least, leastForIts, all } of changes) {
    expect(after.moved).toBeGreaterThanOrEqual(leastForIts);
    const [loose, strict] = after.worstOverMean > 1.05 ? [leastForIts, least] : [least, leastForIts];
    expect(strict).toBeGreaterThanOrEqual(loose);
    expect(after.moved).toBeLessThan(all);
  }
});

it('nothing over nothing is the least', () => {
  expect([overLeast(0, 0), overLeast(5, 0), overLeast(6, 5)]).toEqual([1, Infinity, 1.2]);
});
