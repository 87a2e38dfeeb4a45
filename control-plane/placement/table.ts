/** The slot table: made from nothing, or from the one before with as few moves as the quotas allow. */
import { heldSlots, NOBODY, settle } from './matching.ts';
import { fairShares, roundShares, weightUnits } from './quota.ts';
import { Rendezvous } from './rendezvous.ts';
import { NO_SERVER, SLOTS } from './types.ts';
import type { Move, SlotTable, WeightedServer } from './types.ts';

/** No server has any slot. */
export const EMPTY_TABLE: SlotTable = { servers: [], slots: new Uint16Array(SLOTS).fill(NO_SERVER) };

/** Compares ids by their code units, which is the same everywhere. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The id of the server that has the slot; undefined when none has. */
export function serverOfSlot(table: SlotTable, slot: number): string | undefined {
  return table.servers[table.slots[slot]!];
}

/** How many slots each server has; those without any are not in it. */
export function slotCounts(table: SlotTable): Map<string, number> {
  const counts = new Map<string, number>();
  for (const server of table.slots) {
    const id = table.servers[server];
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** What to do to `before` to get `after`, in the order of the slots. */
export function movesBetween(before: SlotTable, after: SlotTable): Move[] {
  const moves: Move[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const from = serverOfSlot(before, slot);
    const to = serverOfSlot(after, slot);
    if (from !== to) moves.push({ slot, from, to });
  }
  return moves;
}

/** Each slot's holder as a number of `ids`; a server that is not in there holds nothing. */
export function holdersIn(table: SlotTable, ids: readonly string[]): Int32Array {
  const numbers = new Map(ids.map((id, number) => [id, number]));
  const renumbered = table.servers.map((id) => numbers.get(id) ?? NOBODY);
  return Int32Array.from(table.slots, (server) => renumbered[server] ?? NOBODY);
}

/** The other way round: `ids` are sorted, and those that hold nothing are left out. */
export function tableOf(holders: Int32Array, ids: readonly string[]): SlotTable {
  const held = heldSlots(holders, ids.length);
  const used = [...ids.keys()].filter((number) => held[number]! > 0);
  const renumbered = new Uint16Array(ids.length);
  used.forEach((number, index) => (renumbered[number] = index));
  return {
    servers: used.map((number) => ids[number]!),
    slots: Uint16Array.from(holders, (holder) => renumbered[holder] ?? NO_SERVER),
  };
}

/** In the order of their ids. Throws `RangeError` where two have the same id or a weight is none. */
export function sorted<T extends WeightedServer>(servers: readonly T[]): T[] {
  const list = [...servers].sort((a, b) => compareIds(a.id, b.id));
  list.forEach(({ id, weight }, index) => {
    if (list[index + 1]?.id === id) throw new RangeError(`two servers have the id "${id}"`);
    weightUnits(weight);
  });
  return list;
}

/**
 * How many slots each server is to have, with the fewest moves from what they hold.
 *
 * A frozen server keeps what it has. If the others can fill up to 16384 within their fair shares among all, frozen ones
 * counted in, they do: so that freezing a server, or thawing it, moves nothing. If not, they share among themselves.
 */
function countsFor(servers: readonly WeightedServer[], held: readonly number[]): number[] {
  const others = [...servers.keys()].filter((number) => !servers[number]!.frozen);
  const heldByOthers = others.map((number) => held[number]!);
  const frozen = servers.reduce((sum, server, number) => sum + (server.frozen ? held[number]! : 0), 0);
  const total = SLOTS - frozen;
  const weights = servers.map(({ weight }) => weight);
  const shares = fairShares(weights);
  const otherWeights = others.map((number) => weights[number]!);
  const rounded =
    roundShares(
      others.map((number) => shares[number]!),
      heldByOthers,
      total,
    ) ?? roundShares(fairShares(otherWeights, total), heldByOthers, total);
  const counts = [...held];
  others.forEach((number, index) => (counts[number] = rounded?.[index] ?? 0));
  return counts;
}

/**
 * The table for these servers, with the fewest moves from the one before that the quotas allow: a server that is gone, or
 * whose weight is 0, gives all its slots, one that has more than its fair share rounded up gives the excess, and nothing
 * else moves. Which slots go where, the scores decide; the order in which the servers are named does not matter.
 *
 * Without any server to have them the slots are `NO_SERVER`.
 *
 * Throws `RangeError` where two servers have the same id, or a weight is not a number from 0 to 1e9.
 */
export function nextTable(
  previous: SlotTable,
  servers: readonly WeightedServer[],
): { table: SlotTable; moves: Move[] } {
  const holding = sorted(servers).filter(({ weight, frozen }) => weight > 0 || frozen);
  const ids = holding.map(({ id }) => id);
  const holders = holdersIn(previous, ids);
  const counts = countsFor(holding, heldSlots(holders, ids.length));
  const scores = holding.map(({ id, weight }) => new Rendezvous(id, weight));
  const table = tableOf(settle(holders, counts, scores), ids);
  return { table, moves: movesBetween(previous, table) };
}

/** Every slot to the server with the best score, within the quotas: the table that has no past. */
export function initialTable(servers: readonly WeightedServer[]): SlotTable {
  return nextTable(EMPTY_TABLE, servers).table;
}
