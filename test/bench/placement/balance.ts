/**
 * How even a placement is. An organization cannot be cut: one above the mean load takes a server of its own, and both leave
 * the ratio, again and again until none is above the mean of the rest. Then it is worst over mean of what is left.
 */
import type { Placement } from './placer.ts';

export interface Balance {
  /** Worst over mean of the servers that are not an organization's own; 1: even. */
  readonly worstOverMean: number;
  /** The same with nothing left out: never below what the largest organization makes it. */
  readonly plainWorstOverMean: number;
  /** Worst over mean of what servers have besides organizations above the mean: nothing but hashing luck, for those who hash. */
  readonly besidesWorstOverMean: number;
  /** The mean of what is left: connections per unit of capacity. */
  readonly mean: number;
  /** Organization → its own server, by their numbers, the largest first. */
  readonly own: ReadonlyMap<number, number>;
}

export interface Placed {
  readonly placement: Placement;
  readonly connections: ArrayLike<number>;
  /** Numbers of the servers. Something that is on no server of these is left out of the worst, but not of the mean. */
  readonly living: readonly number[];
  /** By the server's number: how much it can carry. Default: all alike. */
  readonly capacity?: (server: number) => number;
}

/**
 * An organization is above the mean if it is so even alone on a server with the largest capacity; it takes the server that it
 * is on, or, where that is the own server of a larger one or not living, the one with the most capacity that is left. The own
 * server leaves the ratio if nothing else is on it; with anything else it counts as all others do: it would have to be emptied.
 */
export function balanceOf({ placement, connections, living, capacity = () => 1 }: Placed): Balance {
  const loads = new Map(living.map((server) => [server, 0]));
  const counts = new Map(living.map((server) => [server, 0]));
  let total = 0;
  for (let i = 0; i < placement.length; i++) {
    const size = connections[i]!;
    if (size <= 0) continue;
    total += size;
    const server = placement[i]!;
    const load = loads.get(server);
    if (load === undefined) continue;
    loads.set(server, load + size);
    counts.set(server, counts.get(server)! + 1);
  }
  const capacities = living.reduce((all, server) => all + capacity(server), 0);
  const own = ownServers({ placement, connections, living, capacity, total, capacities });
  const alone = new Set<number>();
  for (const [organization, server] of own.servers) {
    if (placement[organization] === server && counts.get(server) === 1) alone.add(server);
  }
  const large = new Map<number, number>();
  for (const organization of own.servers.keys()) {
    const server = placement[organization]!;
    large.set(server, (large.get(server) ?? 0) + connections[organization]!);
  }
  let [worst, besides] = [0, 0];
  let plainWorst = 0;
  for (const [server, load] of loads) {
    plainWorst = Math.max(plainWorst, load / capacity(server));
    besides = Math.max(besides, (load - (large.get(server) ?? 0)) / capacity(server));
    if (!alone.has(server)) worst = Math.max(worst, load / capacity(server));
  }
  const over = (load: number, mean: number): number => (load === 0 ? 1 : load / mean);
  return {
    worstOverMean: over(worst, own.mean),
    besidesWorstOverMean: over(besides, own.mean),
    plainWorstOverMean: over(plainWorst, total / capacities),
    mean: own.mean,
    own: own.servers,
  };
}

interface OwnInput extends Required<Placed> {
  readonly total: number;
  readonly capacities: number;
}

function ownServers(input: OwnInput): { servers: Map<number, number>; mean: number } {
  const { placement, connections, living, capacity } = input;
  let { total, capacities } = input;
  const servers = new Map<number, number>();
  const isLeft = new Set(living);
  const most = Math.max(...living.map(capacity));
  for (const organization of largest(connections, living.length)) {
    if (isLeft.size <= 1) break;
    const size = connections[organization]!;
    // The same to a billionth: sums depend a little on their order.
    if (size / most <= (total / capacities) * (1 + 1e-9)) break;
    let server = placement[organization]!;
    if (!isLeft.has(server)) {
      server = [...isLeft].reduce((best, other) => (capacity(other) > capacity(best) ? other : best));
    }
    servers.set(organization, server);
    isLeft.delete(server);
    total -= size;
    capacities -= capacity(server);
  }
  return { servers, mean: total / capacities };
}

/** The numbers of the `count` largest values, the largest first; of equal ones the first first. */
export function largest(values: ArrayLike<number>, count: number): number[] {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i);
  order.sort((a, b) => values[b]! - values[a]! || a - b);
  return [...order.subarray(0, count)];
}
