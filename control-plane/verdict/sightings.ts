/** From what a proxy's messages say to the view that is stored. Pure. */
import type { SeenServer } from '../model/index.ts';
import type { Sighting } from '../xds/index.ts';

/** A server in one proxy's view. */
interface Remembered {
  readonly healthy: boolean;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  /** When the proxy spoke of it first, in milliseconds of the clock of the sightings. */
  readonly firstAt: number;
  /** It was healthy once, or unhealthy for long enough. */
  readonly isBelieved: boolean;
}

/** What is remembered of one proxy's view from message to message. */
export type ViewMemory = ReadonlyMap<string, Remembered>;

export interface SeenInput {
  readonly sightings: readonly Sighting[];
  readonly memory: ViewMemory;
  /** In milliseconds of the clock of the sightings. */
  readonly now: number;
  /** The same moment in milliseconds since 1970. */
  readonly wallMs: number;
  /** How long a server must be unhealthy that this proxy has never seen healthy. */
  readonly settleMs: number;
}

export interface Seen {
  readonly servers: Readonly<Record<string, SeenServer>>;
  readonly memory: ViewMemory;
  /** No server is left out. */
  readonly isSettled: boolean;
}

/**
 * A server is healthy when it is so at every port. To Envoy a server is unhealthy until its first check has succeeded, so
 * a proxy that starts would call all of them dead: one that it has never seen healthy is left out for `settleMs`.
 */
export function seenServers({ sightings, memory, now, wallMs, settleMs }: SeenInput): Seen {
  const byServer = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    const of = byServer.get(sighting.server);
    if (of === undefined) byServer.set(sighting.server, [sighting]);
    else of.push(sighting);
  }
  const next = new Map<string, Remembered>();
  const servers: [string, SeenServer][] = [];
  for (const [id, ports] of byServer) {
    const before = memory.get(id);
    const one = remember(before, ports, now, wallMs, settleMs);
    next.set(id, one);
    if (!one.isBelieved) continue;
    const { healthy, sinceMs } = one;
    const health = Object.fromEntries(ports.map((port) => [port.cluster, port.health] as const));
    servers.push([id, { healthy, sinceMs, ports: health }]);
  }
  return { servers: Object.fromEntries(servers), memory: next, isSettled: servers.length === next.size };
}

function remember(
  before: Remembered | undefined,
  ports: readonly Sighting[],
  now: number,
  wallMs: number,
  settleMs: number,
): Remembered {
  const failing = ports.filter(({ health }) => health !== 'HEALTHY');
  const healthy = failing.length === 0;
  const firstAt = before?.firstAt ?? now;
  const isBelieved = healthy || (before?.isBelieved ?? false) || now - firstAt >= settleMs;
  if (before?.healthy === healthy) return { ...before, isBelieved };
  // Healthy since the last port is; unhealthy since the first port is.
  const since = healthy
    ? Math.max(...ports.map((port) => port.since))
    : Math.min(...failing.map((port) => port.since));
  return { healthy, sinceMs: Math.max(0, Math.round(wallMs - (now - since))), firstAt, isBelieved };
}
