/**
 * Changes that would hurt devices are refused until somebody says `?force=true`: what would take capacity below the load,
 * remove the last server, or close live connections. Pure but for {@link devicesNow}.
 */
import type { Request } from 'express';
import { CohortError, isCohortError } from '../errors.ts';
import type { ListenerSettings, Server } from '../model/index.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import { deviceListener } from '../state/snapshot.ts';
import type { AdminContext } from './context.ts';
import { connectionsByServer, loadOf, type Load } from './load.ts';
import { flag } from './paging.ts';

export const forceQuery = {
  force: flag.describe('Do it although devices would be hurt. Without it the answer says how many.'),
};

/** Milliseconds that a guarded change waits for a leader, who knows where devices are. */
const LEADER_MS = 5_000;
const LOOK_MS = 100;

/**
 * Connections by server, as soon as a leader can tell.
 *
 * @throws CohortError COHORT_LEADER_UNKNOWN, COHORT_LEADER_UNREACHABLE: nobody can say what would happen
 */
export async function devicesNow(
  context: AdminContext,
  request: Request,
): Promise<ReadonlyMap<string, number>> {
  const until = Date.now() + LEADER_MS;
  for (;;) {
    try {
      return await connectionsByServer(context, request);
    } catch (error) {
      if (!isCohortError(error) || Date.now() >= until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

type Fleet = Pick<ClusterState, 'servers' | 'agents' | 'verdicts'>;

/** Whether devices of moved organizations may go there. */
function takes({ verdicts }: Fleet, { id, state, weight }: Server): boolean {
  return state === 'active' && weight > 0 && verdicts.servers[id]?.state !== 'dead';
}

/**
 * What is wrong with making a server into this (undefined: removing it); undefined: nothing.
 *
 * @param connections by server
 */
export function serverObjection(
  fleet: Fleet,
  id: string,
  next: Server | undefined,
  connections: ReadonlyMap<string, number>,
): CohortError | undefined {
  const all = [...fleet.servers.values()].map(({ value }) => value);
  const after = [...all.filter((server) => server.id !== id), ...(next === undefined ? [] : [next])];
  const takersBefore = all.filter((server) => takes(fleet, server));
  const takersAfter = after.filter((server) => takes(fleet, server));
  const devices = connections.get(id) ?? 0;
  const isLast =
    takersAfter.length === 0 && (takersBefore.length > 0 || (after.length === 0 && all.length > 0));
  if (isLast) {
    const total = [...connections.values()].reduce((sum, count) => sum + count, 0);
    const message = `${id} is the last server that takes devices: ${total} connected devices would have nowhere to go`;
    return new CohortError('COHORT_LAST_SERVER', message, { details: { server: id, devices: total } });
  }
  const limit = next?.capacity?.connections;
  const limitBefore = fleet.servers.get(id)?.value.capacity?.connections ?? Infinity;
  if (limit !== undefined && limit < devices && limit < limitBefore) {
    const message = `${id} would take ${limit} connections and has ${devices}`;
    const details = { server: id, dimension: 'connections', load: devices, capacity: limit, devices };
    return new CohortError('COHORT_WOULD_OVERLOAD', message, { details });
  }
  return overload(fleet, { id, devices, next, takersBefore, takersAfter }, connections);
}

interface Takers {
  readonly id: string;
  readonly devices: number;
  readonly next: Server | undefined;
  readonly takersBefore: readonly Server[];
  readonly takersAfter: readonly Server[];
}

/** In a dimension in which every server that is left has a limit: they must carry what all carry now. */
function overload(
  fleet: Fleet,
  { id, devices, next, takersBefore, takersAfter }: Takers,
  connections: ReadonlyMap<string, number>,
): CohortError | undefined {
  const changed = new Map(fleet.servers);
  if (next !== undefined) changed.set(id, { value: next, revision: 0 });
  const loads = (servers: Fleet['servers'], ids: Iterable<string>): Load[] =>
    [...ids].map((one) => loadOf({ servers, agents: fleet.agents }, one, connections.get(one) ?? 0));
  const now = loads(fleet.servers, fleet.servers.keys());
  const before = loads(
    fleet.servers,
    takersBefore.map((server) => server.id),
  );
  const after = loads(
    changed,
    takersAfter.map((server) => server.id),
  );
  for (const dimension of new Set(after.flatMap((load) => Object.keys(load)))) {
    const capacity = limitOf(after, dimension);
    const used = now.reduce((sum, load) => sum + (load[dimension]?.used ?? 0), 0);
    if (capacity >= used || capacity >= limitOf(before, dimension)) continue;
    const message = `${takersAfter.length} servers would be left for a load of ${round(used)} (${dimension}), and can carry ${round(capacity)}`;
    const details = { server: id, dimension, load: used, capacity, devices };
    return new CohortError('COHORT_WOULD_OVERLOAD', message, { details });
  }
  return undefined;
}

/** Of all together; `Infinity` where one has no limit. */
function limitOf(loads: readonly Load[], dimension: string): number {
  return loads.reduce((sum, load) => sum + (load[dimension]?.limit ?? Infinity), 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Names of listeners whose connections a change closes: those that are gone, or are another for the proxies. */
export function touchedListeners(
  before: readonly ListenerSettings[],
  after: readonly ListenerSettings[],
): string[] {
  const next = new Map(after.map((listener) => [listener.name, whatCloses(listener)]));
  return before
    .filter((listener) => next.get(listener.name) !== whatCloses(listener))
    .map(({ name }) => name);
}

/**
 * Proxies close what came through a listener when the listener itself changes (docs/envoy.md). Where its organization comes
 * from, whom it admits, keys of tokens and redirects are no part of it. Another protocol is another listener for devices.
 */
function whatCloses(listener: ListenerSettings): string {
  return JSON.stringify([listener.protocol, deviceListener(listener)]);
}

/**
 * Refuses to touch listeners while devices are connected. The proxies' reports do not tell which listener a device came
 * through: the number is of all.
 */
export function listenerObjection(
  touched: readonly string[],
  connections: ReadonlyMap<string, number>,
): CohortError | undefined {
  const devices = [...connections.values()].reduce((sum, count) => sum + count, 0);
  if (touched.length === 0 || devices === 0) return undefined;
  const message = `proxies close every connection of a listener that changes or goes (${touched.join(', ')}): up to ${devices} devices would have to come again at once`;
  return new CohortError('COHORT_WOULD_CLOSE', message, { details: { listeners: touched, devices } });
}
