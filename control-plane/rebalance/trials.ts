/**
 * Whether moves help. Pure.
 *
 * What an organization takes of a processor or of memory is an estimate: a process may keep memory that no move frees. So what
 * a server gives because of such a dimension is a trial: where its load there has not fallen by a good part of what was
 * expected, twice in a row, moving stops for that server and dimension until the load has fallen by itself.
 */
import { CONNECTIONS, unmovableKey, type Load } from '../load/index.ts';
import type { Round, Trial } from '../model/index.ts';
import type { PlannedMove } from '../plan/types.ts';

/** Of the fall that was expected: less does not count as help. */
const HELPS = 0.25;
/** Rounds in a row that have not helped. */
const MOST_FAILURES = 2;
/** A load that has fallen below this part of what it was may move again. */
const RECOVERED = 0.9;

/** By `unmovableKey`. */
export type Trials = ReadonlyMap<string, Trial>;

function shareNow(load: Load, server: string, dimension: string): number | undefined {
  const its = load.servers.get(server)?.dimensions.get(dimension);
  return its === undefined || its.limit === Infinity ? undefined : its.now / its.limit;
}

/** A round has been written. */
export function begun(trials: Trials, moves: readonly PlannedMove[], load: Load): Trials {
  const expected = new Map<string, { server: string; dimension: string; gain: number }>();
  for (const { from, dimension, gain, reason } of moves) {
    if (from === undefined || dimension === CONNECTIONS || reason === 'draining' || reason === 'selector')
      continue;
    const key = unmovableKey(from, dimension);
    const one = expected.get(key);
    if (one === undefined) expected.set(key, { server: from, dimension, gain });
    else one.gain += gain;
  }
  if (expected.size === 0) return trials;
  const next = new Map(trials);
  for (const [key, { server, dimension, gain }] of expected) {
    const before = shareNow(load, server, dimension);
    if (before === undefined) continue;
    next.set(key, { server, dimension, before, expected: gain, failures: trials.get(key)?.failures ?? 0 });
  }
  return next;
}

/** Devices have followed the last round: what came of it? To be called when the next round is due. */
export function judged(trials: Trials, load: Load): Trials {
  if (trials.size === 0) return trials;
  const next = new Map<string, Trial>();
  for (const [key, trial] of trials) {
    const { server, dimension } = trial;
    const now = shareNow(load, server, dimension);
    if (now === undefined) continue;
    if (trial.expected === undefined) {
      if (now > trial.before * RECOVERED) next.set(key, trial);
      continue;
    }
    const hasHelped = trial.before - now >= HELPS * trial.expected;
    if (!hasHelped) next.set(key, { server, dimension, before: now, failures: trial.failures + 1 });
  }
  return next;
}

/** Whether any round waits for its judgement. */
export function isOnTrial(trials: Trials): boolean {
  return [...trials.values()].some(({ expected }) => expected !== undefined);
}

/** Where moving has stopped. */
export function unmovable(trials: Trials): Set<string> {
  return new Set([...trials].filter(([, { failures }]) => failures >= MOST_FAILURES).map(([key]) => key));
}

/** What the leader before had on trial, by the last round that tells; undefined: none does. @param rounds the last first */
export function inherited(rounds: readonly Round[]): Trials | undefined {
  const told = rounds.find(({ trials }) => trials !== undefined)?.trials;
  return told && new Map(told.map((trial) => [unmovableKey(trial.server, trial.dimension), trial]));
}
