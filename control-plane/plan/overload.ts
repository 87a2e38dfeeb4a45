/**
 * What a plan is there to bring down. Every plan that is made brings it down, and by enough for what it costs: so plans come to
 * an end, and no two of them ever move the same thing to and fro.
 */
import { SLOTS } from '../placement/types.ts';
import { isAlone, NEARLY, NO_OWNER } from './own.ts';
import type { Work } from './work.ts';

/** A server's load, as a part of the mean, has to fall by so much of the part of all connections that moves. */
export const LEAST_GAIN = 0.1;

export interface Overload {
  /** By how much servers are over the ceiling, in all. */
  readonly ceiling: number;
  /** By how much they are over the target, and the load of all that still has to leave a server that is to be one's own. */
  readonly level: number;
}

export function overloadOf(work: Work): Overload {
  const { draft, own, level, aims } = work;
  const { fleet } = draft;
  const overload = { ceiling: 0, level: 0 };
  for (let server = 0; server < fleet.count; server++) {
    if (fleet.gets[server] === 0) continue;
    let share = 0;
    for (let d = 0, at = server * fleet.width; d < fleet.width; d++, at++) {
      share = Math.max(share, draft.used[at]! * fleet.perLimit[at]!);
    }
    overload.ceiling += Math.max(0, share - aims.ceiling);
    if (needsServer(work, server)) overload.level += othersOn(work, server);
    else if (!isAlone(draft, own, server)) overload.level += Math.max(0, draft.loadOf(server) - level);
  }
  return overload;
}

/** Whether it is less than before by enough for the connections that this has cost. */
export function isWorth(work: Work, before: Overload, cost: number): boolean {
  const now = overloadOf(work);
  if (now.ceiling < before.ceiling - NEARLY) return true;
  const freed = before.level - now.level;
  return now.ceiling <= before.ceiling + NEARLY && freed > work.own.mean * NEARLY && pays(work, freed, cost);
}

/** Whether load that is freed is worth this many connections coming again. */
export function pays({ draft, own }: Work, freed: number, cost: number): boolean {
  return draft.connections * freed >= cost * LEAST_GAIN * own.mean;
}

/** Whether the server has an owner that is above the target alone, or still elsewhere: everything else has to leave. */
export function needsServer({ draft, own, level }: Work, server: number): boolean {
  const owner = own.ownerOf[server]!;
  if (owner === NO_OWNER) return false;
  const unit = SLOTS + owner;
  return draft.at(unit) !== server || draft.loadOn(unit, server) > level * (1 - NEARLY);
}

/** Load of all but the owner and what no move frees. */
function othersOn({ draft, own }: Work, server: number): number {
  const { fleet, used } = draft;
  const unit = SLOTS + own.ownerOf[server]!;
  const isThere = draft.at(unit) === server;
  let most = 0;
  for (let d = 0, at = server * fleet.width; d < fleet.width; d++, at++) {
    const others = used[at]! - fleet.base[at]! - (isThere ? draft.usageOf(unit, d) : 0);
    if (others > used[at]! * NEARLY) most = Math.max(most, others * fleet.perShare[at]!);
  }
  return most;
}
