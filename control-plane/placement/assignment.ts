/** From what is to be true (servers, pins) and the assignment before to the next one. */
import { nextSlots, ON_THE_WAY } from './balance.ts';
import { slotOf } from './slot.ts';
import { compareIds, EMPTY_TABLE, movesBetween, serverOfSlot, slotCounts } from './table.ts';
import { NO_ORDERS, NO_SERVER } from './types.ts';
import type { Assignment, Move, SlotTable } from './types.ts';
import type { Wanted } from './wanted.ts';

export type { PlacementServer, PlannedSlot, ServerState, Wanted } from './wanted.ts';

/** A pin of a person that is not in force; the organization goes by the table. It comes back into force with its server. */
export interface SuspendedPin {
  readonly organization: string;
  readonly server: string;
  /** `unknown`: there is no such server. `suspect`: and it did not have the organization before. */
  readonly reason: 'unknown' | 'dead' | 'draining' | 'suspect' | 'full';
}

/** The outcome of `nextAssignment`. */
export interface NextAssignment {
  /** The previous one itself where nothing changes. */
  readonly assignment: Assignment;
  readonly changed: boolean;
  /** In the order of the slots. */
  readonly moves: readonly Move[];
  /** Whether nothing is left to be moved for these servers and weights: more budget would not change anything. */
  readonly isBalanced: boolean;
  /** In the order of the organizations. */
  readonly suspendedPins: readonly SuspendedPin[];
}

function pinsInForce(
  previous: Assignment | undefined,
  { servers, pins, dead, full, planned, ownPins = previous?.ownPins }: Wanted,
): { inForce: Map<string, string>; own: Map<string, string>; suspended: SuspendedPin[] } {
  const states = new Map(servers.map(({ id, state }) => [id, state]));
  const inForce = new Map<string, string>();
  const suspended: SuspendedPin[] = [];
  const own = new Map<string, string>();
  for (const [organization, server] of ownPins ?? []) {
    // What somebody wants for it comes first, even where it cannot be.
    const state = states.get(server);
    const isLeft = state === undefined || (state === 'draining' && planned === undefined);
    if (pins.has(organization) || isLeft) continue;
    own.set(organization, server);
    inForce.set(organization, server);
  }
  for (const [organization, server] of [...pins].sort(([a], [b]) => compareIds(a, b))) {
    const state = states.get(server) ?? (dead?.has(server) ? 'dead' : 'unknown');
    const stays = state === 'suspect' && previous?.pins.get(organization) === server;
    if (full?.has(server) === true && (state === 'active' || stays)) {
      suspended.push({ organization, server, reason: 'full' });
    } else if (state === 'active' || stays) inForce.set(organization, server);
    else suspended.push({ organization, server, reason: state });
  }
  return { inForce, own, suspended };
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

/** The table with the servers that have slots and those that only pins name, and no others. */
function withServers(table: SlotTable, ids: Iterable<string>): SlotTable {
  const servers = [...new Set([...slotCounts(table).keys(), ...ids])].sort(compareIds);
  const numbers = new Map(servers.map((id, number) => [id, number]));
  const renumbered = table.servers.map((id) => numbers.get(id) ?? NO_SERVER);
  return { servers, slots: table.slots.map((server) => renumbered[server] ?? NO_SERVER) };
}

/**
 * The assignment to follow `previous` (undefined: the first one), with the fewest moves; `previous` itself where neither a
 * slot nor a pin nor the epoch changes. `servers` in it are those that have slots or pins, and no others. Called again and
 * again it reaches the quotas, however small the budget, and then rests; see balance.ts.
 *
 * Throws `RangeError` where two servers have the same id, a weight is not a number from 0 to 1e9, or the epoch is lower
 * than that of `previous`: proxies would refuse it.
 */
export function nextAssignment(previous: Assignment | undefined, wanted: Wanted): NextAssignment {
  const { epoch } = wanted;
  if (previous !== undefined && epoch < previous.epoch) {
    throw new RangeError(`the epoch ${epoch} is lower than ${previous.epoch}, that of the assignment before`);
  }
  const before = previous ?? EMPTY_TABLE;
  const { table, balancedFor, isBalanced } = nextSlots(
    { ...before, balancedFor: previous?.balancedFor ?? '' },
    wanted,
  );
  const moves = movesBetween(before, table);
  const { inForce, own, suspended } = pinsInForce(previous, wanted);
  const tableChanged = previous === undefined || moves.length > 0 || !sameEntries(previous.pins, inForce);
  const isSameOwn = previous !== undefined && sameEntries(previous.ownPins, own);
  // A signature alone makes no new assignment, unless the way that was begun has ended.
  const hasArrived = previous?.balancedFor === ON_THE_WAY && balancedFor !== ON_THE_WAY;
  if (previous !== undefined && !tableChanged && isSameOwn && !hasArrived && epoch === previous.epoch) {
    return { assignment: previous, changed: false, moves, isBalanced, suspendedPins: suspended };
  }
  const version = (previous?.version ?? 0n) + 1n;
  const assignment: Assignment = {
    ...withServers(table, inForce.values()),
    epoch,
    version,
    pins: inForce,
    ownPins: own,
    tableVersion: tableChanged ? version : previous.tableVersion,
    drainUpTo: previous?.drainUpTo ?? 0n,
    balancedFor,
    orders: previous?.orders ?? NO_ORDERS,
  };
  return { assignment, changed: true, moves, isBalanced, suspendedPins: suspended };
}

/**
 * The assignment that lets the proxies drain what those up to `version` have moved; `assignment` itself where that is so
 * already. It routes as before, so that its `tableVersion` does not change.
 *
 * Throws `RangeError` for a version that is still to come.
 */
export function raiseDrain(assignment: Assignment, version: bigint): Assignment {
  if (version > assignment.version) {
    throw new RangeError(`cannot drain up to version ${version}: the assignment's is ${assignment.version}`);
  }
  if (version <= assignment.drainUpTo) return assignment;
  return { ...assignment, version: assignment.version + 1n, drainUpTo: version };
}

/** Where an organization belongs: its pin comes first. Undefined when no server has its slot. */
export function serverOf(assignment: Assignment, organization: string): string | undefined {
  return assignment.pins.get(organization) ?? serverOfSlot(assignment, slotOf(organization));
}
