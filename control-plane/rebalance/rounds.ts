/**
 * When anything moves because of the load. Pure: readings in, a decision out.
 *
 * A round moves a part of all connections and no more, and the next one waits its time. What has to leave (what draining and
 * removed servers and those without weight have, organizations on servers that their selectors forbid) does not wait, and no
 * budget holds it back: the pace of the proxies does.
 */
export type Trigger =
  /** A server has come that has nothing yet. */
  | 'join'
  /** A server drains, was removed or has no weight any more, and has something. */
  | 'leave'
  /** An organization is on a server that does not have its labels. */
  | 'selector'
  /** A server is over the ceiling. */
  | 'ceiling'
  /** The load was uneven in several readings in a row. */
  | 'imbalance'
  /** The last round could not do all within its budget. */
  | 'goes on'
  /** The periodic scan. */
  | 'scan'
  /** An operator asks. */
  | 'request';

/** Readings in a row over the threshold. */
export const READINGS = 3;

export interface RoundMemory {
  /** Readings in a row that were over the threshold. */
  readonly uneven: number;
  /** When the last round was written, by the leader's clock. */
  readonly lastAt: number | undefined;
  readonly goesOn: boolean;
}

export const NO_ROUNDS: RoundMemory = { uneven: 0, lastAt: undefined, goesOn: false };

export interface RoundFacts {
  readonly now: number;
  readonly intervalMs: number;
  readonly threshold: number;
  /** Undefined: the load was not read anew. */
  readonly worstOverMean: number | undefined;
  readonly joined: boolean;
  readonly leaving: boolean;
  readonly misplaced: boolean;
  readonly overCeiling: boolean;
  readonly scanned: boolean;
  readonly requested: boolean;
  /** Rounds may be made: nobody has paused them, all proxies are heard, nothing else is on its way. */
  readonly isQuiet: boolean;
}

export interface Decision {
  readonly memory: RoundMemory;
  readonly kind: 'none' | 'evacuation' | 'round';
  readonly triggers: readonly Trigger[];
}

export function decide(before: RoundMemory, facts: RoundFacts): Decision {
  const { now, worstOverMean, threshold, isQuiet } = facts;
  const isUneven = (worstOverMean ?? 0) > threshold;
  const uneven = worstOverMean === undefined ? before.uneven : isUneven ? before.uneven + 1 : 0;
  const memory = { ...before, uneven };
  const leaving: Trigger[] = [];
  if (facts.leaving) leaving.push('leave');
  if (facts.misplaced) leaving.push('selector');
  const isDue = before.lastAt === undefined || now - before.lastAt >= facts.intervalMs;
  if (isQuiet && (isDue || facts.requested)) {
    const triggers: Trigger[] = [];
    if (facts.requested) triggers.push('request');
    if (facts.joined) triggers.push('join');
    if (facts.overCeiling) triggers.push('ceiling');
    if (uneven >= READINGS) triggers.push('imbalance');
    if (before.goesOn) triggers.push('goes on');
    if (facts.scanned) triggers.push('scan');
    if (triggers.length > 0) return { memory, kind: 'round', triggers: [...leaving, ...triggers] };
  }
  return { memory, kind: leaving.length > 0 ? 'evacuation' : 'none', triggers: leaving };
}

/** After a round was written, or was planned and had nothing to move. */
export function made(
  before: RoundMemory,
  { now, goesOn }: { readonly now: number; readonly goesOn: boolean },
): RoundMemory {
  return { ...before, lastAt: now, goesOn, uneven: 0 };
}
