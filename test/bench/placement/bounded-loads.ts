/**
 * Consistent hashing with bounded loads: V. Mirrokni, M. Thorup, M. Zadimoghaddam, SODA 2018. Servers and organizations lie on
 * a circle; going clockwise, an organization takes the first server that still has room, and room is c times the mean.
 *
 * The paper's items are all of size 1, so that none is too large for the room. Here an organization takes the first server on
 * which it fits as a whole, and, where it fits on none, the one with the least load: larger ones than the room are.
 *
 * Items are placed in the order in which they came; one that comes late and large finds less room than it would have found
 * before, and the order decides who is passed on. Placed anew at each round, in that same order, every item is where it would
 * be had all come with the sizes that they have now: when sizes change, full servers change, and items move with no regard to
 * how many. (To keep items where they are until their server leaves, as HAProxy does with requests, would hold no bound
 * for sizes that grow after the placement.)
 */
import type { Contender, Placement } from './placer.ts';
import { stateless, sum } from './placer.ts';
import { ringMaker } from './ring-hash.ts';
import type { PointRing } from './ring-hash.ts';

/** Few points each: the bound evens the load out, not their number, and full servers are passed over faster. */
const POINTS_EACH = 16;

/** @param c room of a server, in means */
export function boundedLoads(c: number): Contender {
  return {
    name: `bounded loads, c = ${c}`,
    start: ({ hashes }) => {
      const ringOf = ringMaker(() => POINTS_EACH);
      return stateless((living, connections) => placeBounded(ringOf(living), hashes, living, connections, c));
    },
  };
}

/** @param hashes of the organizations, in the order in which they came */
export function placeBounded(
  ring: PointRing,
  hashes: BigUint64Array,
  living: readonly number[],
  connections: Float64Array,
  c: number,
): Placement {
  const room = Math.ceil((c * sum(connections)) / living.length);
  const loads = new Float64Array(Math.max(...living) + 1);
  const placement = new Int32Array(hashes.length);
  for (let i = 0; i < hashes.length; i++) {
    const size = connections[i]!;
    const start = ring.placeOf(hashes[i]!);
    let server = -1;
    for (let step = 0; step < ring.size; step++) {
      const at = start + step;
      const candidate = ring.serverAt(at < ring.size ? at : at - ring.size);
      if (loads[candidate]! + size > room) continue;
      server = candidate;
      break;
    }
    if (server < 0) server = living.reduce((best, one) => (loads[one]! < loads[best]! ? one : best));
    loads[server]! += size;
    placement[i] = server;
  }
  return placement;
}
