/** From what is to be true (servers, pins) and the assignment before to the next one. */
import { slotOf } from './slot.ts';
import { compareIds, EMPTY_TABLE, movesBetween, nextTable, serverOfSlot } from './table.ts';
import { NO_SERVER } from './types.ts';
import type { Assignment, Move, SlotTable } from './types.ts';

/**
 * `active`: gets and gives slots. `suspect`: keeps what it has and gets nothing new. `draining`: has to give everything
 * away. A dead server is not named at all.
 */
export type ServerState = 'active' | 'draining' | 'suspect';

/** A server as placement sees it. */
export interface PlacementServer {
  readonly id: string;
  /** Capacity in any unit, the same for all servers: 0 to 1e9. 0: no slots, but pins. */
  readonly weight: number;
  readonly state: ServerState;
}

/** What the next assignment is made from. */
export interface Wanted {
  readonly servers: readonly PlacementServer[];
  /** Organization → server id. */
  readonly pins: ReadonlyMap<string, string>;
  /** The leader's epoch. */
  readonly epoch: bigint;
}

/** A pin that is not in force; the organization goes by the table. */
export interface SuspendedPin {
  readonly organization: string;
  readonly server: string;
  /** `unknown`: there is no such server. `suspect`: and it did not have the organization before. */
  readonly reason: 'unknown' | 'draining' | 'suspect';
}

/** The outcome of `nextAssignment`. */
export interface NextAssignment {
  /** The previous one itself where nothing changes. */
  readonly assignment: Assignment;
  readonly changed: boolean;
  /** In the order of the slots. */
  readonly moves: readonly Move[];
  /** In the order of the organizations. */
  readonly suspendedPins: readonly SuspendedPin[];
}

function pinsInForce(
  previous: Assignment | undefined,
  { servers, pins }: Wanted,
): { inForce: Map<string, string>; suspended: SuspendedPin[] } {
  const states = new Map(servers.map(({ id, state }) => [id, state]));
  const inForce = new Map<string, string>();
  const suspended: SuspendedPin[] = [];
  for (const [organization, server] of [...pins].sort(([a], [b]) => compareIds(a, b))) {
    const state = states.get(server) ?? 'unknown';
    const stays = state === 'suspect' && previous?.pins.get(organization) === server;
    if (state === 'active' || stays) inForce.set(organization, server);
    else suspended.push({ organization, server, reason: state });
  }
  return { inForce, suspended };
}

/**
 * The table for the servers that are not draining. Where slots would be left that only suspect servers could take, those
 * count as active: a suspect server is better than none.
 */
function tableFor(previous: SlotTable, servers: readonly PlacementServer[]): SlotTable {
  const staying = servers.filter(({ state }) => state !== 'draining');
  const suspectsKeep = staying.map((server) => ({ ...server, frozen: server.state === 'suspect' }));
  const { table } = nextTable(previous, suspectsKeep);
  return table.slots.includes(NO_SERVER) ? nextTable(previous, staying).table : table;
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

/** The table with `servers` grown by the ids that only pins name. */
function withServers(table: SlotTable, ids: Iterable<string>): SlotTable {
  const servers = [...new Set([...table.servers, ...ids])].sort(compareIds);
  const numbers = new Map(servers.map((id, number) => [id, number]));
  const renumbered = table.servers.map((id) => numbers.get(id)!);
  return { servers, slots: table.slots.map((server) => renumbered[server] ?? NO_SERVER) };
}

/**
 * The assignment to follow `previous` (undefined: the first one), with the fewest moves; `previous` itself where neither a
 * slot nor a pin nor the epoch changes. `servers` in it are those that have slots or pins, and no others.
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
  const table = tableFor(before, wanted.servers);
  const moves = movesBetween(before, table);
  const { inForce, suspended } = pinsInForce(previous, wanted);
  const tableChanged = previous === undefined || moves.length > 0 || !sameEntries(previous.pins, inForce);
  if (previous !== undefined && !tableChanged && epoch === previous.epoch) {
    return { assignment: previous, changed: false, moves, suspendedPins: suspended };
  }
  const version = (previous?.version ?? 0n) + 1n;
  const assignment: Assignment = {
    ...withServers(table, inForce.values()),
    epoch,
    version,
    pins: inForce,
    tableVersion: tableChanged ? version : previous.tableVersion,
    drainUpTo: previous?.drainUpTo ?? 0n,
  };
  return { assignment, changed: true, moves, suspendedPins: suspended };
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
