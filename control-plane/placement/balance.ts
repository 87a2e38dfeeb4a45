/**
 * Which slots change hands in one step. Slots that nobody has, or that a server has which is gone or draining, find a place
 * at once. What is uneven beyond that is evened out within a budget, step by step, and only while the table is not balanced
 * for the servers there are: a table that a death has left uneven stays so.
 */
import createXxHash from 'xxhash-wasm';
import { heldSlots, NOBODY, settle } from './matching.ts';
import { fairShares, fillUp, roundShares, weightUnits } from './quota.ts';
import { Rendezvous } from './rendezvous.ts';
import {
  compareIds,
  holdersIn,
  movesBetween,
  nextTable,
  serverOfSlot,
  slotCounts,
  sorted,
  tableOf,
} from './table.ts';
import { NO_SERVER, SLOTS } from './types.ts';
import type { Assignment, SlotTable } from './types.ts';
import type { PlacementServer, Wanted } from './wanted.ts';

const { h64 } = await createXxHash();

/** `Assignment.balancedFor` while slots are still to be moved. */
export const ON_THE_WAY = 'none';

/** A table, and what it is balanced for. */
export type Slots = SlotTable & Pick<Assignment, 'balancedFor'>;

export interface NextSlots {
  readonly table: SlotTable;
  readonly balancedFor: string;
  readonly isBalanced: boolean;
}

/** Who may have slots at all. A suspect server may: that it is suspected comes and goes, and must not move anything. */
const holdsSlots = ({ state, weight }: PlacementServer): boolean => state !== 'draining' && weight > 0;

/** 16 hexadecimal digits that stand for these servers and their weights; draining ones and those of weight 0 are left out. */
export function signatureOf(servers: readonly PlacementServer[]): string {
  const parts = sorted(servers.filter(holdsSlots)).map(({ id, weight }) => [id, weightUnits(weight)]);
  return h64(JSON.stringify(parts)).toString(16).padStart(16, '0');
}

/** @throws RangeError where two servers have the same id, or a weight is not a number from 0 to 1e9 */
export function nextSlots(
  previous: Slots,
  wanted: Pick<Wanted, 'servers' | 'adopt' | 'relocate' | 'budget' | 'planned'>,
): NextSlots {
  const { servers, adopt, relocate, budget = Infinity, planned } = wanted;
  const staying = sorted(servers).filter(({ state }) => state !== 'draining');
  const signature = signatureOf(staying);
  const outcome = (table: SlotTable, balanced = isAtQuota(table, staying)): NextSlots => ({
    table,
    balancedFor: balanced ? signature : ON_THE_WAY,
    isBalanced: balanced,
  });
  const isSettled = previous.balancedFor === signature;
  const isPlanned = planned !== undefined;
  const orphans = orphansOf(previous, staying);
  const dead = adopt === undefined ? [] : slotsOfMissing(previous, servers);
  if (dead.length > 0) {
    const adopted = placeOrphans(previous, staying, dead, adopt);
    const wasBalanced = isPlanned || (previous.balancedFor !== ON_THE_WAY && !hasNewcomer(previous, staying));
    return outcome(adopted, wasBalanced || isAtQuota(adopted, staying));
  }
  const relocated = relocate && relocatedTable(previous, staying, relocate);
  if (relocated !== undefined) {
    const wasBalanced = isPlanned || (previous.balancedFor !== ON_THE_WAY && !hasNewcomer(previous, staying));
    return outcome(relocated, wasBalanced || isAtQuota(relocated, staying));
  }
  if (isPlanned) {
    const table = plannedTable(previous, servers, planned);
    return { table, balancedFor: table === previous ? previous.balancedFor : signature, isBalanced: true };
  }
  if (isSettled) return outcome(orphans === 0 ? previous : placeOrphans(previous, staying), true);
  if (orphans === 0 && (budget === 0 || isAtQuota(previous, staying))) return outcome(previous);
  const direct = balancedTable(previous, staying);
  if (takenFrom(previous, direct, staying) <= budget) return outcome(direct);
  const placed = orphans === 0 ? previous : placeOrphans(previous, staying);
  const goal = orphans === 0 ? direct : budget === 0 ? placed : balancedTable(placed, staying);
  return outcome(towards(placed, goal, budget));
}

/** How many slots have no server that stays. */
function orphansOf(table: SlotTable, staying: readonly PlacementServer[]): number {
  const ids = new Set(staying.map(({ id }) => id));
  const isKept = table.servers.map((id) => ids.has(id));
  return table.slots.reduce((sum, server) => sum + (isKept[server] === true ? 0 : 1), 0);
}

/** Slots whose servers are not named any more. */
function slotsOfMissing(table: SlotTable, servers: readonly PlacementServer[]): number[] {
  const ids = new Set(servers.map(({ id }) => id));
  const isMissing = table.servers.map((id) => !ids.has(id));
  return [...table.slots.keys()].filter((slot) => isMissing[table.slots[slot]!] === true);
}

/** Whether a server is to have slots and has none: it has come since the table was balanced. */
function hasNewcomer(table: SlotTable, staying: readonly PlacementServer[]): boolean {
  const counts = slotCounts(table);
  const shares = fairShares(staying.map(({ weight }) => weight));
  return staying.some(({ id, state }, i) => state === 'active' && shares[i]!.down > 0 && !counts.has(id));
}

/** Whether each server has its fair share, rounded up or down. */
function isAtQuota(table: SlotTable, staying: readonly PlacementServer[]): boolean {
  const counts = slotCounts(table);
  const held = staying.map(({ id }) => counts.get(id) ?? 0);
  const wanted = roundShares(fairShares(staying.map(({ weight }) => weight)), held, SLOTS);
  return wanted?.every((count, i) => count === held[i]) ?? false;
}

/**
 * Gives the slots without a server that stays a place, and moves no other.
 *
 * @param dead those of them that `adopt` is asked for first
 */
function placeOrphans(
  previous: SlotTable,
  staying: readonly PlacementServer[],
  dead: readonly number[] = [],
  adopt: Wanted['adopt'] = undefined,
): SlotTable {
  const ids = staying.map(({ id }) => id);
  const holders = holdersIn(previous, ids);
  const isTaker = (state: PlacementServer['state']): boolean[] =>
    staying.map((server) => server.state === state && server.weight > 0);
  const active = isTaker('active');
  const numbers = new Map(ids.map((id, number) => [id, number]));
  for (const slot of dead) {
    const place = numbers.get(adopt?.(slot) ?? '') ?? NOBODY;
    if (active[place] === true) holders[slot] = place;
  }
  // A suspect server is better than none.
  const takers = active.includes(true) ? active : isTaker('suspect');
  const weights = staying.map(({ weight }, number) => (takers[number] ? weight : 0));
  const counts = fillUp(weights, heldSlots(holders, ids.length));
  const scores = staying.map(({ id, weight }) => new Rendezvous(id, weight));
  return tableOf(settle(holders, counts, scores), ids);
}

/** Undefined: nothing is to be relocated, or nothing can be. */
function relocatedTable(
  previous: SlotTable,
  staying: readonly PlacementServer[],
  relocate: ReadonlyMap<number, string>,
): SlotTable | undefined {
  const ids = [...new Set([...previous.servers, ...staying.map(({ id }) => id)])].sort(compareIds);
  const numbers = new Map(ids.map((id, number) => [id, number]));
  const takers = new Set(
    staying
      .filter(({ state }) => state === 'active')
      .filter(holdsSlots)
      .map(({ id }) => id),
  );
  const holders = holdersIn(previous, ids);
  let moved = 0;
  for (const [slot, server] of relocate) {
    if (!takers.has(server) || serverOfSlot(previous, slot) === server) continue;
    holders[slot] = numbers.get(server)!;
    moved++;
  }
  return moved === 0 ? undefined : tableOf(holders, ids);
}

/** `previous` itself where nothing of the plan is left to be done. */
function plannedTable(
  previous: Slots,
  servers: readonly PlacementServer[],
  planned: NonNullable<Wanted['planned']>,
): SlotTable {
  const takers = new Set(servers.filter(({ state }) => state !== 'draining').map(({ id }) => id));
  const ids = [...new Set([...previous.servers, ...takers])].sort(compareIds);
  const numbers = new Map(ids.map((id, number) => [id, number]));
  const holders = holdersIn(previous, ids);
  let moved = 0;
  for (const [slot, { from, to }] of planned) {
    if (!takers.has(to) || serverOfSlot(previous, slot) !== from || from === to) continue;
    holders[slot] = numbers.get(to)!;
    moved++;
  }
  return moved === 0 ? previous : tableOf(holders, ids);
}

/** At the quotas, with the fewest moves. Where slots would be left that only suspect servers could take, they do. */
function balancedTable(previous: SlotTable, staying: readonly PlacementServer[]): SlotTable {
  const suspectsKeep = staying.map((server) => ({ ...server, frozen: server.state === 'suspect' }));
  const { table } = nextTable(previous, suspectsKeep);
  return table.slots.includes(NO_SERVER) ? nextTable(previous, staying).table : table;
}

/** How many slots are taken from servers that stay. */
function takenFrom(before: SlotTable, after: SlotTable, staying: readonly PlacementServer[]): number {
  const ids = new Set<string | undefined>(staying.map(({ id }) => id));
  return movesBetween(before, after).filter(({ from }) => ids.has(from)).length;
}

/**
 * The first `budget` moves of the way. As the whole way is the shortest, so is what is left of it: every move takes from a
 * server that has too many and gives to one that has too few.
 */
function towards(from: SlotTable, goal: SlotTable, budget: number): SlotTable {
  const ids = [...new Set([...from.servers, ...goal.servers])].sort();
  const holders = holdersIn(from, ids);
  const goals = holdersIn(goal, ids);
  let left = budget;
  for (let slot = 0; slot < SLOTS && left >= 1; slot++) {
    if (serverOfSlot(from, slot) === serverOfSlot(goal, slot)) continue;
    holders[slot] = goals[slot]!;
    left--;
  }
  return tableOf(holders, ids);
}
