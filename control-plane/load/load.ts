/**
 * What servers carry, reading after reading. No I/O; the time is passed in.
 *
 * A server's load is the worst of its dimensions as shares of their limits. Each dimension, and the connections of each slot,
 * are smoothed on their own: a load that is there for a moment moves nothing.
 */
import type { AgentStatus, Server } from '../model/index.ts';
import { SLOTS } from '../placement/types.ts';
import { smoothed } from './ewma.ts';
import { count, type Counted, type ReportedFleet } from './seats.ts';
import { CONNECTIONS, usageOf } from './usage.ts';

export interface DimensionLoad {
  /** Smoothed, in the dimension's unit. */
  readonly used: number;
  /** The last reading, as it was. */
  readonly now: number;
  /** `Infinity`: none is known. */
  readonly limit: number;
}

export interface ServerLoad {
  readonly dimensions: ReadonlyMap<string, DimensionLoad>;
  /** Connections that the proxies report, smoothed. */
  readonly reported: number;
  /** The worst share of a limit; 0 where no limit is known. */
  readonly load: number;
  /** The dimension of that; undefined where no limit is known. */
  readonly worst: string | undefined;
}

export interface Load {
  readonly at: number;
  readonly servers: ReadonlyMap<string, ServerLoad>;
  /** By slot: connections wherever they sit, smoothed. */
  readonly bySlot: Float64Array;
  /** As they are now. */
  readonly counted: Counted;
  /** All connections, smoothed. */
  readonly connections: number;
}

export interface ReadingInput {
  readonly servers: Iterable<Server>;
  /** What the agents say; undefined: none speaks for the server. */
  readonly statusOf: (server: string) => AgentStatus | undefined;
  readonly fleet: ReportedFleet;
  readonly halfLifeMs: number;
  readonly now: number;
}

/** Of one slot, below which nothing is left but the rest of an average. */
const NOTHING = 0.01;

/** The next reading. @param before undefined: it is the first one */
export function readLoad(before: Load | undefined, input: ReadingInput): Load {
  const { servers, statusOf, fleet, halfLifeMs, now } = input;
  const counted = count(fleet, now);
  const elapsed = now - (before?.at ?? now);
  const smooth = (was: number | undefined, is: number): number => smoothed(was, is, elapsed, halfLifeMs);
  const bySlot = new Float64Array(SLOTS);
  let connections = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    const value = smooth(before?.bySlot[slot], counted.bySlot[slot]!);
    bySlot[slot] = counted.bySlot[slot]! > 0 || value >= NOTHING ? value : 0;
    connections += bySlot[slot]!;
  }
  const loads = new Map<string, ServerLoad>();
  for (const server of servers) {
    const was = before?.servers.get(server.id);
    const its = counted.byServer.get(server.id)?.connections ?? 0;
    const dimensions = new Map<string, DimensionLoad>();
    for (const [name, { used, limit }] of usageOf({
      server,
      status: statusOf(server.id),
      connections: its,
    })) {
      dimensions.set(name, { used: smooth(was?.dimensions.get(name)?.used, used), now: used, limit });
    }
    loads.set(server.id, { dimensions, reported: smooth(was?.reported, its), ...worstOf(dimensions) });
  }
  return { at: now, servers: loads, bySlot, counted, connections };
}

function worstOf(dimensions: ReadonlyMap<string, DimensionLoad>): Pick<ServerLoad, 'load' | 'worst'> {
  let load = 0;
  let worst: string | undefined;
  for (const [name, { used, limit }] of dimensions) {
    if (limit === Infinity || (worst !== undefined && used / limit <= load)) continue;
    load = used / limit;
    worst = name;
  }
  return { load, worst };
}

/** Names of the dimensions that count: connections, and whatever somebody has a limit of. */
export function dimensionsOf({ servers }: Pick<Load, 'servers'>): string[] {
  const names = new Set<string>();
  for (const { dimensions } of servers.values()) {
    for (const [name, { limit }] of dimensions) if (limit !== Infinity) names.add(name);
  }
  names.delete(CONNECTIONS);
  return [CONNECTIONS, ...[...names].sort()];
}
