/** Slots without devices cost nothing: a server that joins gets its share of them at once. Pure. */
import { nextTable, holdersIn, serverOfSlot, slotCounts, tableOf } from '../placement/table.ts';
import { SLOTS, type SlotTable, type WeightedServer } from '../placement/types.ts';

export interface FillInput {
  /** Who has no slot in it has joined. */
  readonly before: SlotTable;
  readonly table: SlotTable;
  /** That may have slots, those aside that an organization has for itself. */
  readonly servers: readonly WeightedServer[];
  /** Whether a slot has no devices, and nobody wants it to stay. */
  readonly isFree: (slot: number) => boolean;
}

/** The table after that; `table` itself where every server has slots, or none is free. */
export function fillNewcomers({ before, table, servers, isFree }: FillInput): SlotTable {
  const counts = slotCounts(table);
  const had = slotCounts(before);
  const newcomers = new Set(
    servers.filter(({ id, weight }) => weight > 0 && !had.has(id)).map(({ id }) => id),
  );
  if (newcomers.size === 0) return table;
  // Who has slots and may not have more keeps them: they are not part of the sharing out.
  const sharing = new Set(servers.map(({ id }) => id));
  const others = [...counts.keys()]
    .filter((id) => !sharing.has(id))
    .map((id) => ({ id, weight: 1, frozen: true }));
  const goal = nextTable(table, [...servers, ...others]).table;
  const ids = [...new Set([...table.servers, ...goal.servers])].sort();
  const numbers = new Map(ids.map((id, number) => [id, number]));
  const holders = holdersIn(table, ids);
  let moved = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    const to = serverOfSlot(goal, slot);
    if (to === undefined || !newcomers.has(to) || serverOfSlot(table, slot) === to || !isFree(slot)) continue;
    holders[slot] = numbers.get(to)!;
    moved++;
  }
  return moved === 0 ? table : tableOf(holders, ids);
}
