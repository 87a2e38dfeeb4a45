/**
 * Ring hash as Envoy's balancer has it, the organization's name as the key (model: `control-plane/placement/ring.ts`; this one
 * is for a million points). D. Karger et al., "Consistent hashing and random trees", 1997.
 */
import createXxHash from 'xxhash-wasm';
import { stateless } from './placer.ts';
import type { Contender } from './placer.ts';
import { serverId } from './world.ts';

const { h64Raw } = await createXxHash();

/** The low bits of a point's hash make room for its server: points closer than 2^-48 of the ring could change places. */
const SERVER_BITS = 0xffffn;

/** All points of some servers in the order of their hashes. */
export class PointRing {
  private readonly points: BigUint64Array;

  /** @param servers numbers below 65,536 */
  constructor(servers: readonly number[], pointsEach: number) {
    this.points = new BigUint64Array(servers.length * pointsEach);
    let at = 0;
    for (const server of servers) {
      const id = serverId(server);
      for (let i = 0; i < pointsEach; i++) {
        this.points[at++] = (h64Raw(Buffer.from(`${id}_${i}`)) & ~SERVER_BITS) | BigInt(server);
      }
    }
    this.points.sort();
  }

  get size(): number {
    return this.points.length;
  }

  /** The place of the first point at or after this hash, wrapping round. */
  placeOf(hash: bigint): number {
    const wanted = hash & ~SERVER_BITS;
    let [low, high] = [0, this.points.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.points[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low === this.points.length ? 0 : low;
  }

  /** The number of the server that has the point at this place. */
  serverAt(place: number): number {
    return Number(this.points[place]! & SERVER_BITS);
  }
}

/** The ring of the servers, made again only when they change. */
export function ringMaker(pointsEach: (servers: number) => number): (living: readonly number[]) => PointRing {
  let made: { key: string; ring: PointRing } | undefined;
  return (living) => {
    const key = living.join();
    if (made?.key !== key) made = { key, ring: new PointRing(living, pointsEach(living.length)) };
    return made.ring;
  };
}

/** @param pointsEach by the number of servers */
export function ringHash(name: string, pointsEach: (servers: number) => number): Contender {
  return {
    name,
    start: ({ hashes }) => {
      const ringOf = ringMaker(pointsEach);
      return stateless((living) => {
        const ring = ringOf(living);
        const placement = new Int32Array(hashes.length);
        hashes.forEach((hash, i) => (placement[i] = ring.serverAt(ring.placeOf(hash))));
        return placement;
      });
    },
  };
}
