/** The running system that the integration tests are about, whoever runs it; and what tests ask of it. */
import type { DemoServerStatus } from '../../demo/server.ts';
import type { Settings } from '../../control-plane/model/index.ts';
import { askControlPlane, controlView } from '../../local/control-view.ts';
import { getJson } from '../../local/http.ts';
import { LocalStack } from '../../local/stack.ts';
import type { Part, Topology } from '../../local/topology.ts';
import { CALM_CHECKS, NO_ROUNDS } from '../harness/calm.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { ComposeStack } from '../compose/stack.ts';
import { theEngine } from '../compose/engine.ts';
import { watchedContext } from '../harness/context.ts';
import { waitFor } from '../harness/wait.ts';

export interface SystemOptions {
  readonly proxies?: number;
  readonly controlPlanes?: number;
  readonly servers?: number;
  readonly etcdMembers?: 1 | 3;
  /** The load is evened out meanwhile, as it is by default; else nothing but the test moves anybody. */
  readonly evensOut?: boolean;
  /** What differs from the standard settings; over `CALM_CHECKS`. */
  readonly settings?: Partial<Settings>;
}

/** Milliseconds that starting it may take. */
export const START_MS = 240_000;

/**
 * Starts one from an empty etcd; ended by the cleanup. `COHORT_TEST_SYSTEM=compose`: the containers of docker-compose.yml,
 * all of them, whatever fewer parts the options ask for.
 */
export async function startSystem(cleanup: Cleanup, options: SystemOptions = {}): Promise<Topology> {
  const settings = { ...CALM_CHECKS, ...(options.evensOut === true ? {} : NO_ROUNDS), ...options.settings };
  if (process.env.COHORT_TEST_SYSTEM === 'compose') {
    const stack = cleanup.own(await ComposeStack.start(theEngine()));
    await changeSettings(stack, settings);
    return stack;
  }
  const { context, said } = await watchedContext(cleanup);
  try {
    return await LocalStack.start(context, {
      proxies: options.proxies ?? 2,
      workers: 1,
      controlPlanes: options.controlPlanes ?? 3,
      etcdMembers: options.etcdMembers ?? 1,
      servers: options.servers ?? 3,
      settings,
    });
  } catch (error) {
    throw new Error(`the system did not start; it said:\n${said.join('\n')}`, { cause: error });
  }
}

/** What the servers themselves say, those that answer. */
export async function serverStatuses({ servers }: Pick<Topology, 'servers'>): Promise<DemoServerStatus[]> {
  const all = await Promise.allSettled(
    servers.map(({ addresses }) => getJson<DemoServerStatus>(addresses.status ?? '')),
  );
  return all.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}

/** Organization → server → connections, by the servers' own account. */
export async function seats(system: Pick<Topology, 'servers'>): Promise<Map<string, Map<string, number>>> {
  const found = new Map<string, Map<string, number>>();
  for (const { id, organizations } of await serverStatuses(system)) {
    for (const [organization, { mqtt, websocket }] of Object.entries(organizations)) {
      const on = found.get(organization) ?? new Map<string, number>();
      found.set(organization, on.set(id, mqtt + websocket));
    }
  }
  return found;
}

/** The one server of each organization. @throws Error naming organizations that are on several */
export async function homes(system: Pick<Topology, 'servers'>): Promise<Map<string, string>> {
  const found = await seats(system);
  const split = [...found].filter(([, on]) => on.size > 1);
  if (split.length > 0) {
    const words = split.map(([organization, on]) => `${organization} on ${JSON.stringify([...on])}`);
    throw new Error(`${split.length} organizations are split: ${words.slice(0, 5).join(', ')}`);
  }
  return new Map([...found].map(([organization, on]) => [organization, [...on.keys()][0] ?? '']));
}

/** Milliseconds between two scans that are asked for. */
const SCAN_MS = 10_000;

/**
 * Resolves when every organization is on one server. A burst of arrivals on a busy machine may make a server late, and a
 * proxy then sends some to its neighbour: scans bring them home.
 */
export async function whole(system: Topology): Promise<Map<string, string>> {
  let said = '';
  let askedAt = -Infinity;
  return waitFor(
    async () => {
      try {
        return await homes(system);
      } catch (error) {
        said = String(error);
      }
      if (performance.now() - askedAt < SCAN_MS) return undefined;
      askedAt = performance.now();
      process.stderr.write(`a scan is asked for: ${said}\n`);
      await admin(system, 'POST', '/v1/scans');
      return undefined;
    },
    { what: 'every organization to be whole', timeout: 180_000, interval: 250, describe: () => said },
  );
}

export interface AssignmentAnswer {
  readonly epoch: string;
  readonly version: string;
  readonly tableVersion: string;
  readonly drainUpTo: string;
  readonly servers: readonly { readonly id: string; readonly slots: number }[];
  /** Organization → server. */
  readonly pins?: Readonly<Record<string, string>>;
  /** `[first, last, server]` */
  readonly slots: readonly (readonly [number, number, string | null])[];
}

/** The assignment with its slots. */
export function assignment(
  system: Pick<Topology, 'controlPlanes' | 'adminToken'>,
): Promise<AssignmentAnswer> {
  return askControlPlane<AssignmentAnswer>(system, '/v1/assignment?slots');
}

/** Slot → server. */
export function slotTable({ slots }: AssignmentAnswer): (string | null)[] {
  return slots.flatMap(([first, last, server]) => Array.from({ length: last - first + 1 }, () => server));
}

/** A request to the admin interface that changes something. @throws Error when it is refused */
export async function admin(
  system: Topology,
  method: 'PUT' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
): Promise<void> {
  const url = `${system.controlPlanes[0]?.addresses.admin}${path}`;
  const answer = await fetch(url, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(system.adminToken === undefined ? {} : { authorization: `Bearer ${system.adminToken}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`);
}

/** Changes settings, and leaves the others as they are. */
export async function changeSettings(system: Topology, changes: Partial<Settings>): Promise<void> {
  const settings = await askControlPlane<Settings>(system, '/v1/settings');
  await admin(system, 'PUT', '/v1/settings', { ...settings, ...changes });
}

export interface RebalancesAnswer {
  readonly paused: boolean;
  readonly load: {
    readonly balance: { readonly worstOverMean: number | null };
    readonly alarms: readonly object[];
    readonly servers: readonly { readonly id: string; readonly load: number; readonly connections: number }[];
    /** Readings since the leader leads. */
    readonly readings: number;
  } | null;
  /** The last first. */
  readonly rounds: readonly {
    readonly id: string;
    readonly triggers: readonly string[];
    readonly fleet?: number;
    readonly moves: readonly {
      readonly index: number;
      readonly organization?: string;
      readonly slots?: readonly (readonly [number, number])[];
      readonly from: string | null;
      readonly to: string | null;
      readonly connections: number;
      readonly reason: string;
      readonly words: string;
      readonly undone?: boolean;
    }[];
  }[];
}

/** What moved, and how the load is. */
export function rebalances(system: Topology): Promise<RebalancesAnswer> {
  return askControlPlane<RebalancesAnswer>(system, '/v1/rebalances?limit=200');
}

/** Resolves when every proxy routes by an assignment that names exactly these servers. */
export async function routesTo(system: Topology, servers: readonly Part[]): Promise<void> {
  const wanted = servers.map(({ id }) => id).sort();
  await waitFor(
    async () => {
      const { servers: named, appliedBy } = await controlView(system);
      return appliedBy === system.proxies.length && String([...named].sort()) === String(wanted);
    },
    { what: `all proxies to route to ${wanted.join(', ')}`, timeout: 120_000, interval: 100 },
  );
}
