/** Which organization is to have which server to itself. Pure. */
import type { ServerHealth } from '../leader/health.ts';
import { quarantines as kind, type Quarantine } from '../model/index.ts';
import { compareIds } from '../placement/table.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { Revision } from '../store/store.ts';
import type { Suspicion } from './quarantine.ts';

export interface PlanInput {
  readonly state: Pick<ClusterState, 'servers' | 'views' | 'quarantines' | 'invalid'>;
  readonly health: Pick<ServerHealth, 'dead' | 'suspect' | 'avoided'>;
  /** Connections that a server has. */
  readonly connections: (server: string) => number;
  readonly suspicions: readonly Suspicion[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A quarantine that is to be written. */
export interface QuarantineChange {
  readonly quarantine: Quarantine;
  /** Undefined: it is a new one. */
  readonly before: Quarantine | undefined;
  /** What it replaces. */
  readonly expected: Revision;
}

/**
 * New quarantines, and those whose server is gone, dead, draining or not reached by a proxy. A server of their own is one
 * that lives, is reached by all proxies rather than by some, and has the fewest connections; it is never the last one that
 * the others could share, and all quarantines together have no more than a quarter of the servers, or one: who is under
 * suspicion may be a bystander, and the others need room. Who gets none is named all the same.
 */
export function nextQuarantines(input: PlanInput): QuarantineChange[] {
  const { quarantines, invalid } = input.state;
  // Who replaces a damaged value must name it.
  const revisionOf = (organization: string): Revision =>
    invalid.get(kind.keyOf(organization))?.revision ?? quarantines.get(organization)?.revision ?? 0;
  const standing = [...quarantines.values()].sort(
    (a, b) => a.value.sinceMs - b.value.sinceMs || compareIds(a.value.organization, b.value.organization),
  );
  const fit = fitServers(input);
  const taken = new Set<string>();
  const homeless = standing.filter(({ value: { server } }) => {
    const isKept = server !== null && isBearable(input, server) && !taken.has(server);
    if (isKept) taken.add(server);
    return !isKept || input.health.avoided.has(server);
  });
  const changes: QuarantineChange[] = [];
  for (const { value: before } of homeless) {
    const { organization, server } = before;
    const isKept = server !== null && taken.has(server) && input.health.avoided.has(server);
    // Its own is given back for another.
    const chosen = choose(fit, taken, input, isKept ? server : undefined) ?? (isKept ? server : null);
    if (chosen === server) continue;
    if (isKept) taken.delete(server);
    if (chosen !== null) taken.add(chosen);
    changes.push({ quarantine: { ...before, server: chosen }, before, expected: revisionOf(organization) });
  }
  for (const { organization, deaths } of input.suspicions) {
    if (quarantines.has(organization)) continue;
    const server = choose(fit, taken, input) ?? null;
    if (server !== null) taken.add(server);
    const quarantine = { organization, server, sinceMs: input.now, deaths: [...deaths] };
    changes.push({ quarantine, before: undefined, expected: revisionOf(organization) });
  }
  return changes;
}

interface FitServer {
  readonly id: string;
  /** The others could have slots on it. */
  readonly isShared: boolean;
}

/** Whether a quarantined organization may stay there: what is suspect keeps what it has. */
function isBearable({ state, health }: PlanInput, server: string): boolean {
  return state.servers.get(server)?.value.state === 'active' && !health.dead.has(server);
}

/** Servers that may be chosen, the best one first. */
function fitServers({ state, health, connections }: PlanInput): FitServer[] {
  const { dead, suspect, avoided } = health;
  const views = [...state.views.values()].map(({ value }) => value.servers);
  const unhealthy = (id: string): number => views.filter((seen) => seen[id]?.healthy === false).length;
  return [...state.servers.values()]
    .map(({ value }) => value)
    .filter(({ id, state: is }) => is === 'active' && !dead.has(id) && !suspect.has(id) && !avoided.has(id))
    .filter(({ id }) => views.some((seen) => seen[id]?.healthy === true))
    .map(({ id, weight }) => ({
      id,
      isShared: weight > 0,
      rank: [Number(unhealthy(id) > 0), connections(id)] as const,
    }))
    .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || compareIds(a.id, b.id));
}

/** Servers that are away from all others for the sake of quarantines: one, or a quarter of those that could have slots. */
function mostShared({ state, health }: PlanInput): number {
  const living = [...state.servers.values()].filter(
    ({ value: { id, weight, state: is } }) => is === 'active' && weight > 0 && !health.dead.has(id),
  );
  return Math.max(1, Math.floor(living.length / 4));
}

/** @param returned one of those that are taken, which will not be any more */
function choose(
  fit: readonly FitServer[],
  taken: ReadonlySet<string>,
  input: PlanInput,
  returned?: string,
): string | undefined {
  const { servers } = input.state;
  const isShared = (id: string): boolean => (servers.get(id)?.value.weight ?? 0) > 0;
  const used = [...taken].filter((id) => id !== returned && isShared(id)).length;
  const isSpent = used >= mostShared(input);
  const free = fit.filter(({ id }) => !taken.has(id));
  return free
    .filter(({ id }) => !(isSpent && isShared(id)))
    .find(({ id }) => free.some((other) => other.isShared && other.id !== id))?.id;
}
