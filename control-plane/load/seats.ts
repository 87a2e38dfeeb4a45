/** What the proxies report of connections and traffic, summed up for a reading. */
import { SLOTS } from '../placement/types.ts';

/** As the fleet view gives them, one after the other: there may be hundreds of thousands. */
export interface ReportedFleet {
  /** Exact counts of connections by slot and actual server, pinned organizations apart. */
  slotCounts(): Iterable<{
    readonly slot: number;
    readonly server: string;
    readonly pinned: boolean;
    readonly connections: number;
    readonly named: number;
  }>;
  /** Each named organization on each server that it sits on. `bytes`: a second, both ways. */
  eachSeat(
    now: number,
    tell: (organization: string, slot: number, server: string, connections: number, bytes: number) => void,
  ): void;
}

/** A server's connections and traffic. */
export interface Reported {
  connections: number;
  /** A second, both ways, of named organizations. */
  bytes: number;
}

/**
 * Named organizations on the servers that they sit on, in columns: one number each, all of one organization one after the
 * other. There may be hundreds of thousands, and each reading is summed up several times.
 */
export interface SeatColumns {
  readonly organizations: readonly string[];
  /** This and the following may be longer than `organizations`. */
  readonly slots: ArrayLike<number>;
  /** Places in `ids`. */
  readonly servers: ArrayLike<number>;
  readonly connections: ArrayLike<number>;
  /** A second, both ways. */
  readonly bytes: ArrayLike<number>;
  /** Ids of servers. */
  readonly ids: readonly string[];
}

/** By slot and by server, without telling organizations apart. */
export interface Counted {
  readonly bySlot: Float64Array;
  readonly byServer: ReadonlyMap<string, Reported>;
  readonly connections: number;
  readonly seats: SeatColumns;
}

export function count(fleet: ReportedFleet, now: number): Counted {
  const bySlot = new Float64Array(SLOTS);
  const byServer = new Map<string, Reported>();
  let all = 0;
  const reported = (server: string): Reported => {
    let its = byServer.get(server);
    if (its === undefined) byServer.set(server, (its = { connections: 0, bytes: 0 }));
    return its;
  };
  for (const { slot, server, connections } of fleet.slotCounts()) {
    bySlot[slot]! += connections;
    reported(server).connections += connections;
    all += connections;
  }
  const seats = columns(fleet, now);
  const sums = new Float64Array(seats.ids.length);
  for (let i = 0; i < seats.organizations.length; i++) sums[seats.servers[i]!]! += seats.bytes[i]!;
  for (const [server, bytes] of sums.entries()) if (bytes > 0) reported(seats.ids[server]!).bytes = bytes;
  return { bySlot, byServer, connections: all, seats };
}

function columns(fleet: ReportedFleet, now: number): SeatColumns {
  const organizations: string[] = [];
  const ids: string[] = [];
  const numbers = new Map<string, number>();
  let room = 4_096;
  let slots = new Uint16Array(room);
  let servers = new Int32Array(room);
  let connections = new Float64Array(room);
  let bytes = new Float64Array(room);
  fleet.eachSeat(now, (organization, slot, server, its, rate) => {
    let number = numbers.get(server);
    if (number === undefined) numbers.set(server, (number = ids.push(server) - 1));
    const at = organizations.push(organization) - 1;
    if (at === room) {
      room *= 2;
      slots = grown(slots, new Uint16Array(room));
      servers = grown(servers, new Int32Array(room));
      connections = grown(connections, new Float64Array(room));
      bytes = grown(bytes, new Float64Array(room));
    }
    slots[at] = slot;
    servers[at] = number;
    connections[at] = its;
    bytes[at] = rate;
  });
  return { organizations, slots, servers, connections, bytes, ids };
}

function grown<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}
