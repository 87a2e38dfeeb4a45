/**
 * Where the slots of dead servers go: to where their devices are, so that nobody is moved twice.
 *
 * Devices are where the proxies' rings have sent them, and may not all be there yet: those that still count on a dead
 * server will come to where the ring sends their key next.
 */
import { Ring } from './ring.ts';
import { slotKey } from './slot.ts';
import { compareIds, serverOfSlot } from './table.ts';
import type { SlotTable } from './types.ts';

export interface AdoptionInput {
  readonly dead: Iterable<string>;
  /** The table that names the dead servers still. */
  readonly previous: SlotTable;
  /** All servers that proxies see healthy, whether they have slots or not: the ring is made of them. */
  readonly living: Iterable<string>;
  /** Connections by slot and actual server, by the reports. */
  readonly slotCounts: Iterable<{
    readonly slot: number;
    readonly server: string;
    readonly pinned: boolean;
    readonly connections: number;
  }>;
  /** Default: that of `living`, which takes some 20 ms to make. */
  readonly ring?: Ring;
}

/**
 * For each slot of a dead server the living one that most of its devices sit on or come to; without devices the one where
 * the ring sends the next. Undefined for the slots of other servers, and where no server lives.
 */
export function adoption(input: AdoptionInput): (slot: number) => string | undefined {
  const dead = new Set(input.dead);
  const living = new Set([...input.living].filter((id) => !dead.has(id)));
  const ring = input.ring ?? new Ring(living);
  const seats = seatsOf(input, dead);
  return (slot) => {
    const owner = serverOfSlot(input.previous, slot);
    if (owner === undefined || !dead.has(owner)) return undefined;
    const fallback = ring.serverOf(slotKey(slot, owner));
    const votes = new Map<string, number>();
    if (fallback !== undefined && living.has(fallback)) votes.set(fallback, 0);
    for (const [server, connections] of seats.get(slot) ?? []) {
      const at = dead.has(server) ? fallback : server;
      if (at !== undefined && living.has(at)) votes.set(at, (votes.get(at) ?? 0) + connections);
    }
    const [best] = [...votes].sort(
      ([a, most], [b, other]) =>
        other - most || Number(b === fallback) - Number(a === fallback) || compareIds(a, b),
    );
    return best?.[0];
  };
}

/** Slot → server → connections, of the slots of dead servers. */
function seatsOf(
  { previous, slotCounts }: AdoptionInput,
  dead: ReadonlySet<string>,
): Map<number, Map<string, number>> {
  const seats = new Map<number, Map<string, number>>();
  for (const { slot, server, pinned, connections } of slotCounts) {
    if (pinned || connections <= 0 || !dead.has(serverOfSlot(previous, slot) ?? '')) continue;
    let servers = seats.get(slot);
    if (servers === undefined) seats.set(slot, (servers = new Map<string, number>()));
    servers.set(server, (servers.get(server) ?? 0) + connections);
  }
  return seats;
}
