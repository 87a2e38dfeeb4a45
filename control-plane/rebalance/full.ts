/** Servers that have no room for what people have pinned to them. Pure. */
import { CONNECTIONS, type Load } from '../load/index.ts';

export interface FullInput {
  readonly load: Load;
  /** Full as of the last reading. */
  readonly before: ReadonlySet<string>;
  /** Organization → server. */
  readonly pins: ReadonlyMap<string, string>;
  /** Connections of an organization, wherever they sit. */
  readonly connectionsOf: (organization: string) => number;
  readonly ceiling: number;
}

/**
 * A server is full when a limit of it is reached, and its pins are suspended then. They come back when it would be below the
 * ceiling with them, so that they do not go to and fro.
 */
export function fullServers({ load, before, pins, connectionsOf, ceiling }: FullInput): ReadonlySet<string> {
  const full = new Set<string>();
  for (const [id, its] of load.servers) {
    if (its.load >= 1 && [...pins.values()].includes(id)) full.add(id);
    if (!before.has(id)) continue;
    const connections = its.dimensions.get(CONNECTIONS);
    let back = 0;
    for (const [organization, server] of pins) if (server === id) back += connectionsOf(organization);
    const share = connections === undefined ? 0 : back / connections.limit;
    // Of the other limits it is not known what they will take: room for as much as connections on it take now.
    const perConnection = its.reported > 0 ? its.load / its.reported : 0;
    if (its.load + Math.max(share, back * perConnection) > ceiling) full.add(id);
  }
  return full;
}
