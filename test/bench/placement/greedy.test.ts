import { expect, it } from 'vitest';
import { balanceOf } from './balance.ts';
import { placeGreedily } from './greedy.ts';
import { Random } from '../../../protocol-filters/fuzz/random.ts';
import { numbersTo } from './placer.ts';
import { makeWorld } from './world.ts';

it('gives the largest that is left to the server with the least', () => {
  const random = new Random(1);
  const sizes = Float64Array.from({ length: 300 }, () => random.between(1, 50));
  const living = [2, 3, 5, 7, 11];
  const loads = new Map(living.map((server) => [server, 0]));
  const placement = placeGreedily(living, sizes);
  for (const i of [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b)) {
    const least = Math.min(...loads.values());
    expect(placement[i]).toBe(living.find((server) => loads.get(server) === least));
    loads.set(placement[i]!, least + sizes[i]!);
  }
});

it('is as even as can be on Zipf-1 organizations', () => {
  const { connections } = makeWorld({ servers: 10, organizations: 2_000 }, 1);
  const living = numbersTo(10);
  const { worstOverMean, own } = balanceOf({
    placement: placeGreedily(living, connections),
    connections,
    living,
  });
  expect(own.size).toBe(1);
  expect(worstOverMean).toBeLessThan(1.001);
});
