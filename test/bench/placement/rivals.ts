/** Other ways to spread slots over servers, written as their papers have them, to compare with. */
import createXxHash from 'xxhash-wasm';
import { Rendezvous } from '../../../control-plane/placement/rendezvous.ts';
import { SLOTS } from '../../../control-plane/placement/types.ts';
import { maglevTable } from './maglev.ts';

const { h64Raw } = await createXxHash();
const hash = (text: string): bigint => h64Raw(Buffer.from(text));
const SLOT_HASHES = Array.from({ length: SLOTS }, (_, slot) => hash(`slot-${slot}`));

/** Which server each slot goes to, by its place in `ids`. */
export type Spread = (ids: readonly string[]) => number[];

/** D. Karger et al., "Consistent hashing and random trees", 1997. */
export function ringHash(pointsEach: number): Spread {
  return (ids) => {
    const points = ids.flatMap((id, server) =>
      Array.from({ length: pointsEach }, (_, i) => ({ at: hash(`${id}_${i}`), server })),
    );
    points.sort((a, b) => (a.at < b.at ? -1 : 1));
    return SLOT_HASHES.map((wanted) => {
      let [low, high] = [0, points.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (points[middle]!.at < wanted) low = middle + 1;
        else high = middle;
      }
      return points[low % points.length]!.server;
    });
  };
}

/** D. Eisenbud et al., "Maglev: a fast and reliable software network load balancer", 2016. `size` is a prime. */
export function maglev(size: number): Spread {
  return (ids) => {
    const table = maglevTable(ids, size);
    return SLOT_HASHES.map((at) => table[Number(at % BigInt(size))]!);
  };
}

/** J. Lamping, E. Veach, "A fast, minimal memory, consistent hash algorithm", 2014. Servers are numbers to it. */
export const jumpHash: Spread = (ids) =>
  SLOT_HASHES.map((at) => {
    let key = at;
    let [bucket, jump] = [-1, 0];
    while (jump < ids.length) {
      bucket = jump;
      key = BigInt.asUintN(64, key * 2862933555777941757n + 1n);
      jump = Math.floor((bucket + 1) * (2 ** 31 / (Number(key >> 33n) + 1)));
    }
    return bucket;
  });

/** Rendezvous hashing without quotas. */
export const plainRendezvous: Spread = (ids) => {
  const servers = ids.map((id) => new Rendezvous(id, 1));
  return Array.from({ length: SLOTS }, (_, slot) => {
    let best = 0;
    let lowest = Infinity;
    servers.forEach((server, i) => {
      const score = server.score(slot);
      if (score < lowest) [best, lowest] = [i, score];
    });
    return best;
  });
};
