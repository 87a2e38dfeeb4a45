/** What the verdicts mean to the leader. Pure. */
import type { Server, Verdicts } from '../model/index.ts';
import type { ServerCondition } from '../scan/index.ts';
import type { Collection } from '../state/cluster-state.ts';
import { isBraked } from '../verdict/brake.ts';

export interface ServerHealth {
  /** What they have moves to others. */
  readonly dead: ReadonlySet<string>;
  /** They keep what they have and get nothing new: their lease is lost, or they died while the brake was on. */
  readonly suspect: ReadonlySet<string>;
  /** Those of the suspect ones that died while the brake was on. */
  readonly braked: ReadonlySet<string>;
  /**
   * They live, and a proxy has not reached them for long, or did not within the hour: they get nothing new. What still
   * belongs to them may be sent there: they are not suspect.
   */
  readonly avoided: ReadonlySet<string>;
  /** They have died not long ago: what is theirs comes back slowly. */
  readonly returning: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/** Nothing is known to be wrong. */
export const ALL_ALIVE: ServerHealth = {
  dead: NONE,
  suspect: NONE,
  braked: NONE,
  avoided: NONE,
  returning: NONE,
};

export function healthOf(verdicts: Verdicts): ServerHealth {
  const dead = new Set<string>();
  const suspect = new Set<string>();
  const braked = new Set<string>();
  const avoided = new Set<string>();
  const returning = new Set<string>();
  for (const [id, { state, returnedMs, avoided: isAvoided }] of Object.entries(verdicts.servers)) {
    if (state === 'dead' && !isBraked(verdicts, id)) dead.add(id);
    else if (state !== 'alive') suspect.add(id);
    if (state === 'dead' && isBraked(verdicts, id)) braked.add(id);
    if (state !== 'dead' && isAvoided !== undefined) avoided.add(id);
    if (state !== 'dead' && returnedMs !== undefined) returning.add(id);
  }
  return { dead, suspect, braked, avoided, returning };
}

/** How each server is to be treated: a death comes before a drain, and that before a suspicion. */
export function conditionsOf(
  servers: Collection<Server>,
  { dead, suspect }: ServerHealth,
): ReadonlyMap<string, ServerCondition> {
  return new Map(
    [...servers.values()].map(({ value: { id, state } }) => {
      if (dead.has(id)) return [id, 'dead'];
      return [id, state === 'active' && suspect.has(id) ? 'suspect' : state];
    }),
  );
}
