/** The least that has to move. */
import { balanceOf } from './balance.ts';
import type { Placed } from './balance.ts';

/**
 * A lower bound of the connections that any placement has to move whose worst over mean, by `balanceOf`, is at most `ratio`,
 * from this one, to these servers, all of the same capacity.
 *
 * Proof. Which organizations are above the mean, and the mean m of the rest, follow from the sizes and the number of servers
 * alone, so they are the same in every placement. In one with that balance each living server either carries at most
 * ratio × m, or it is the own server of one organization above the mean and carries nothing else. So of what a server
 * carries now, it keeps at most
 *
 *     max(the most that some of its organizations make together within ratio × m,
 *         the largest organization above the mean that is on it now)
 *
 * and a server that is gone keeps nothing. What is not kept has moved.
 *
 * Moreover, organizations that lost their server have to land somewhere, each as a whole. A living server that keeps k of what
 * it has can take ratio × m - k more at the most, which may be less than nothing for the own server of a large organization;
 * what lands there beyond this drives so much out. One that is larger than ratio × m has to be alone, so it drives out k,
 * which is what one of the size ratio × m would drive out. Any n of them land on at most n servers, and on at least as many
 * as there are among them that are larger than half of ratio × m, at least one; so they drive out at least the sum of their
 * sizes, each counted up to ratio × m, less the most room that so many servers have. The n largest of them give the best
 * bound for n, and the best n gives the bound. The same goes for organizations larger than ratio × m that share a server
 * with a larger one: all but one of them have to leave it.
 */
export function leastMoved(placed: Omit<Placed, 'capacity'>, ratio: number): number {
  const { placement, connections, living } = placed;
  const { own, mean } = balanceOf(placed);
  const most = ratio * mean;
  const sizesOn = new Map(living.map((server): [number, number[]] => [server, []]));
  const landing: number[] = [];
  let total = 0;
  for (let i = 0; i < placement.length; i++) {
    const size = connections[i]!;
    total += size;
    (sizesOn.get(placement[i]!) ?? landing).push(size);
  }
  const ownOf = new Map<number, number[]>();
  for (const organization of own.keys()) {
    const server = placement[organization]!;
    ownOf.set(server, [...(ownOf.get(server) ?? []), connections[organization]!]);
  }
  const kept = living.map((server) =>
    Math.max(mostWithin(sizesOn.get(server)!, most), ...(ownOf.get(server) ?? [])),
  );
  for (const server of living) {
    // The largest of them comes first.
    landing.push(...(ownOf.get(server) ?? []).slice(1).filter((size) => size > most));
  }
  const keeps = kept.reduce((all, one) => all + one, 0);
  const rooms = kept.map((one) => most - one);
  // Sums of fractions: below a thousandth of a connection it is their rounding.
  return Math.max(0, Math.ceil(total - keeps + drivenOut(landing, rooms, most) - 1e-3));
}

/** The most that some organizations drive out for certain, wherever they land. */
function drivenOut(sizes: readonly number[], rooms: readonly number[], most: number): number {
  const landing = sizes.map((size) => Math.min(size, most)).sort((a, b) => b - a);
  const room = [...rooms].sort((a, b) => b - a);
  let [sum, best] = [0, 0];
  let alone = 1;
  for (let n = 0; n < Math.min(landing.length, room.length); n++) {
    if (landing[n]! > most / 2) alone = n + 1;
    sum += landing[n]! - (n < alone ? room[n]! : Math.max(0, room[n]!));
    best = Math.max(best, sum);
  }
  return best;
}

/** The largest sum of some of these whole numbers that is at most `most`. */
export function mostWithin(sizes: readonly number[], most: number): number {
  const limit = Math.floor(most * (1 + 1e-12));
  const order = [...sizes].filter((size) => size <= limit).sort((a, b) => b - a);
  let greedy = 0;
  let all = 0;
  for (const size of order) {
    all += size;
    if (greedy + size <= limit) greedy += size;
  }
  // Nearly always: small ones fill it up.
  if (greedy === all || greedy === limit) return greedy;
  // Bit n of `sums`: some make n together.
  const mask = (1n << BigInt(limit + 1)) - 1n;
  let sums = 1n;
  for (const size of order) sums |= (sums << BigInt(size)) & mask;
  return sums.toString(2).length - 1;
}
