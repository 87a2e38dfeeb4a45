/**
 * How many slots each server is to have. A server's fair share is its part of the weights; what it gets is that share
 * rounded down or up, so that all slots are given and nobody is off by a whole slot.
 *
 * All arithmetic is on integers: there is no rounding that could depend on the order of the servers.
 */
import { SLOTS } from './types.ts';

export const MOST_WEIGHT = 1e9;
const UNITS = 1e6;

/**
 * The weight in millionths, at least 1 for a weight above 0.
 *
 * Throws `RangeError` where it is not a number from 0 to 1e9.
 */
export function weightUnits(weight: number): number {
  if (!(weight >= 0 && weight <= MOST_WEIGHT)) {
    throw new RangeError(`the weight of a server is ${weight}; it must be a number from 0 to ${MOST_WEIGHT}`);
  }
  return weight === 0 ? 0 : Math.max(1, Math.round(weight * UNITS));
}

/** `down` whole slots and `rest` parts of one more; the parts of equal `fairShares` calls are comparable. */
export interface Share {
  down: number;
  rest: bigint;
}

/** Each weight's part of `total` slots, in the same order; all zero where no weight is above 0. */
export function fairShares(weights: readonly number[], total: number = SLOTS): Share[] {
  const units = weights.map((weight) => BigInt(weightUnits(weight)));
  const all = units.reduce((sum, unit) => sum + unit, 0n);
  if (all === 0n) return units.map(() => ({ down: 0, rest: 0n }));
  return units.map((unit) => {
    const parts = unit * BigInt(total);
    return { down: Number(parts / all), rest: parts % all };
  });
}

/**
 * Rounds the shares so that they sum to `total`: up for those who hold more than their share rounded down already (up to
 * there nothing has to move), then those with the largest rest, then the first in the list.
 *
 * @param held how many slots each one has now
 * @returns undefined where no rounding gives that sum
 */
export function roundShares(
  shares: readonly Share[],
  held: readonly number[],
  total: number,
): number[] | undefined {
  const counts = shares.map(({ down }) => down);
  const left = total - counts.reduce((sum, count) => sum + count, 0);
  const holdsMore = (index: number): number => (held[index]! > counts[index]! ? 1 : 0);
  const up = shares
    .map((_, index) => index)
    .filter((index) => shares[index]!.rest > 0n)
    .sort((a, b) => {
      const rest = shares[b]!.rest - shares[a]!.rest;
      return holdsMore(b) - holdsMore(a) || (rest > 0n ? 1 : rest < 0n ? -1 : a - b);
    });
  if (left < 0 || left > up.length) return undefined;
  for (const index of up.slice(0, left)) counts[index]!++;
  return counts;
}

/** The slots of each weight by largest remainder; all zero where no weight is above 0. */
export function quotas(weights: readonly number[], total: number = SLOTS): number[] {
  const none = weights.map(() => 0);
  return roundShares(fairShares(weights, total), none, total) ?? none;
}

/**
 * How many slots each server is to have when none may give any: those that have more than their fair share keep them, and
 * the others share what is left, so that who has the most room gets the most.
 *
 * @param held how many slots each one has now; those with weight 0 get none
 * @param total at least the sum of `held`
 * @returns counts that are nowhere below `held`; `held` itself where no weight is above 0
 */
export function fillUp(weights: readonly number[], held: readonly number[], total: number = SLOTS): number[] {
  let open = [...weights.keys()].filter((index) => weights[index]! > 0);
  if (open.length === 0) return [...held];
  const heldBy = (indices: readonly number[]): number =>
    indices.reduce((sum, index) => sum + held[index]!, 0);
  const all = heldBy([...weights.keys()]);
  for (;;) {
    const left = total - (all - heldBy(open));
    const shares = fairShares(
      open.map((index) => weights[index]!),
      left,
    );
    const within = open.filter((index, i) => held[index]! <= shares[i]!.down);
    if (within.length === open.length) {
      const counts = [...held];
      const none = open.map(() => 0);
      const rounded = roundShares(shares, none, left) ?? none;
      open.forEach((index, i) => (counts[index] = rounded[i]!));
      return counts;
    }
    open = within;
  }
}
