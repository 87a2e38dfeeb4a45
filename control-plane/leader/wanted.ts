/** From the servers as they are stored to what placement is asked for. Pure. */
import { servers as serverKind, type Assignment } from '../model/index.ts';
import type { PlacementServer } from '../placement/assignment.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import { ALL_ALIVE, type ServerHealth } from './health.ts';

/** Servers that may be named, and draining ones that have nowhere to drain to. */
export interface WantedServers {
  readonly servers: readonly PlacementServer[];
  /** Draining servers that keep their slots, since no other server could take them. */
  readonly stuck: readonly string[];
}

/** Whether a server has a part in the assignment. */
function holds(assignment: Assignment | undefined, id: string): boolean {
  return assignment?.servers.includes(id) ?? false;
}

/** Servers that the assignment does not name and that are to be in it: they must be seen healthy first. */
export function joiningOf(state: Pick<ClusterState, 'servers' | 'assignment'>): string[] {
  return [...state.servers.values()]
    .filter(({ value }) => value.state === 'active' && !holds(state.assignment, value.id))
    .map(({ value }) => value.id);
}

/**
 * Dead servers are not among them, but where no other is left: then everything stays as it is, so that devices find what
 * comes back first. A server that a quarantined organization has to itself has no slots, unless no other could have any.
 *
 * @param admitted servers that may be named although the assignment does not name them yet
 */
export function wantedServers(
  state: Pick<ClusterState, 'servers' | 'assignment' | 'invalid' | 'quarantines'>,
  admitted: ReadonlySet<string>,
  health: ServerHealth = ALL_ALIVE,
): WantedServers {
  const { dead, suspect, braked, avoided } = health;
  const own = quarantineServers(state);
  let servers: PlacementServer[] = [];
  const gone: PlacementServer[] = [];
  for (const { value } of state.servers.values()) {
    const { id, weight } = value;
    const isNamed = holds(state.assignment, id);
    if (dead.has(id)) {
      if (isNamed) gone.push({ id, weight, state: 'suspect' });
    } else if (isNamed || (value.state === 'active' && admitted.has(id))) {
      const isSuspect = value.state === 'active' && (suspect.has(id) || avoided.has(id));
      servers.push({ id, weight, state: isSuspect ? 'suspect' : value.state });
    }
  }
  for (const id of state.assignment?.servers ?? []) {
    // Its value was damaged before this process ever read it: it keeps what it has until somebody mends that.
    const isDamaged = !state.servers.has(id) && state.invalid.has(serverKind.keyOf(id));
    if (isDamaged) servers.push({ id, weight: 1, state: 'suspect' });
  }
  const shared = servers.map((server) => (own.has(server.id) ? { ...server, weight: 0 } : server));
  if (shared.some(({ id, weight }) => weight > 0 && !braked.has(id))) servers = shared;
  if (!servers.some(({ weight }) => weight > 0)) servers.push(...gone);
  const canTake = servers.some(({ state: is, weight }) => is !== 'draining' && weight > 0);
  if (canTake) return { servers, stuck: [] };
  const stuck = servers
    .filter(({ state: is, weight }) => is === 'draining' && weight > 0)
    .map(({ id }) => id);
  return { servers: servers.map((server) => ({ ...server, state: 'active' })), stuck };
}

/** Servers that quarantined organizations have to themselves: server → organization. */
export function quarantineServers({ quarantines }: Pick<ClusterState, 'quarantines'>): Map<string, string> {
  const own = new Map<string, string>();
  for (const { value } of quarantines.values()) {
    if (value.server !== null) own.set(value.server, value.organization);
  }
  return own;
}

/**
 * Where single organizations are to be, whatever the table says: organization → server. A quarantine comes before a pin of
 * the organization, and lets no other be pinned to its server.
 */
export function pinsWanted(state: Pick<ClusterState, 'pins' | 'quarantines'>): Map<string, string> {
  const own = quarantineServers(state);
  const wanted = new Map<string, string>();
  for (const [organization, { value }] of state.pins) {
    if (!own.has(value.server)) wanted.set(organization, value.server);
  }
  for (const [server, organization] of own) wanted.set(organization, server);
  return wanted;
}
