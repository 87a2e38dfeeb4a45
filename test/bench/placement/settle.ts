/** Rounds until nothing moves any more. */
import { balanceOf } from './balance.ts';
import { movedBetween } from './placer.ts';
import type { Placement, Placer } from './placer.ts';

export interface Settled {
  readonly placement: Placement;
  /** How many rounds moved something. */
  readonly rounds: number;
  /** Connections, in all rounds. */
  readonly moved: number;
  /** Nothing moved any more before the rounds were used up. */
  readonly isQuiet: boolean;
  /** Worst over mean after the last round. */
  readonly worstOverMean: number;
}

/** After so many rounds it counts as settled where it never rests. */
export const MOST_ROUNDS = 100;

/** Quiet for so many rounds is settled: one round may only prepare the next, as a split of a slice does. */
const QUIET_ROUNDS = 2;

export interface SettleOptions {
  readonly mostRounds?: number;
  /**
   * For what never rests: it counts as settled as soon as worst over mean is at most this, if nothing that has to leave is
   * left. What does rest is followed until it does.
   */
  readonly goodEnough?: number;
}

/** @param before where everything is; undefined: nowhere, and the first round moves nothing */
export function settle(
  placer: Placer,
  living: readonly number[],
  connections: Float64Array,
  before: Placement | undefined,
  { mostRounds = MOST_ROUNDS, goodEnough = 0 }: SettleOptions = {},
): Settled {
  let placement = before;
  let [rounds, moved, quiet] = [0, 0, 0];
  let reached: Settled | undefined;
  const measure = (at: Placement, isQuiet: boolean): Settled => ({
    placement: at,
    rounds,
    moved,
    isQuiet,
    worstOverMean: balanceOf({ placement: at, connections, living }).worstOverMean,
  });
  for (let round = 0; round < mostRounds && quiet < QUIET_ROUNDS; round++) {
    const next = placer.round(living, connections);
    const step = placement === undefined ? 0 : movedBetween(placement, next, connections);
    quiet = step === 0 && placement !== undefined ? quiet + 1 : 0;
    if (step > 0) rounds++;
    moved += step;
    placement = next;
    if (goodEnough > 0 && reached === undefined) {
      const now = measure(next, false);
      if (now.worstOverMean <= goodEnough) reached = now;
    }
  }
  const isQuiet = quiet >= QUIET_ROUNDS;
  return !isQuiet && reached !== undefined ? reached : measure(placement!, isQuiet);
}
