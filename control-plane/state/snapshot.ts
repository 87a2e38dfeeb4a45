/** From the state to what proxies are sent. Pure; resources are encoded once, and those that never change are kept. */
import { CONTROL_PLANE_CLUSTER } from '../../envoy/bootstrap.ts';
import { encode, type AnyResource, type Duration } from '../../envoy/resources/index.ts';
import { encodeAssignment, encodeListener, encodeOrganizations } from '../../protocol-filters/wire/index.ts';
import {
  pacePerWorker,
  type Assignment,
  type ListenerSettings,
  type Server,
  type Settings,
} from '../model/index.ts';
import { toMessage } from '../placement/message.ts';
import {
  ASSIGNMENT,
  assignmentListener,
  deviceRoutes,
  greeterCluster,
  greeterEndpoints,
  GREETERS,
  httpPlugin,
  jwtFilter,
  networkPlugin,
  ORGANIZATIONS,
  organizationsListener,
  RELAY_KEYS,
  relayKeys,
  secret,
  serverCluster,
  serverEndpoints,
  tcpListener,
  websocketListener,
  type FilterCode,
  type HealthCheckKind,
  type ListenerResource,
  type ServerEndpoint,
} from '../resources/index.ts';
import type { HealthSpecification, NamedAny, Snapshot } from '../xds/index.ts';
import { snapshotOfEncoded } from '../xds/snapshot.ts';
import { checkOf, listenerMessage } from './listener-message.ts';
import { addressOf, type Resolved, type Unresolved } from './addresses.ts';
import type { ClusterState } from './cluster-state.ts';
import { jwtOptions, secretsOf, securityOf } from './security.ts';

/** What a snapshot is made of. */
export interface SnapshotInput {
  readonly state: Pick<
    ClusterState,
    'servers' | 'leaving' | 'greeters' | 'assignment' | 'organizations' | 'settings'
  >;
  readonly code: FilterCode;
  readonly resolved: Resolved;
  /** Workers of the proxies that are known: see `pacePerWorker`. Default: none. */
  readonly workers?: Iterable<number | undefined>;
}

export interface ClusterSnapshot {
  readonly snapshot: Snapshot;
  /** What proxies are to check. */
  readonly health: HealthSpecification;
  /** Ports that are left out because their host has no known address. */
  readonly unresolved: readonly Unresolved[];
}

/** The cluster that leads to all servers' ports of one kind. */
export function clusterOf(portKind: string): string {
  return `servers_${portKind}`;
}

/** Port kinds in use: those that listeners lead to. */
export function portKindsOf(
  settings: Pick<Settings, 'listeners'>,
): { kind: string; check: HealthCheckKind }[] {
  const kinds = new Map<string, HealthCheckKind>();
  for (const listener of settings.listeners) kinds.set(listener.portKind, checkOf(listener));
  return [...kinds].map(([kind, check]) => ({ kind, check }));
}

/**
 * Makes snapshots one after the other. Listeners, routes, clusters and the device listeners' plugins follow from the code
 * and the settings of listeners and checks alone: they are made once for each, and a server that joins or a slot that moves touches
 * endpoints and the assignment plugin only. What is frozen so keeps its connections.
 */
export class SnapshotMaker {
  private frozen: { code: FilterCode; listeners: string; resources: readonly NamedAny[] } | undefined;
  private known: { organizations: unknown; code: FilterCode; resource: NamedAny } | undefined;
  private previous: Snapshot | undefined;

  /** @throws ResourceError where Envoy would refuse a resource */
  make(input: SnapshotInput): ClusterSnapshot {
    const { state, code } = input;
    const { endpoints, unresolved } = endpointsOf(input);
    const resources = [...this.frozenResources(code, state.settings)];
    const interval = checkInterval(state.settings);
    const clusters: HealthSpecification['clusters'][number][] = [];
    for (const { kind, check } of portKindsOf(state.settings)) {
      const name = clusterOf(kind);
      const servers = endpoints.get(kind) ?? [];
      resources.push({ name, any: encode(serverEndpoints(name, servers)) });
      clusters.push({ name, healthCheck: check, healthCheckInterval: interval, servers });
    }
    resources.push(...greeterResources(input));
    if (state.assignment !== undefined) {
      const pace = pacePerWorker(state.settings, input.workers ?? []);
      resources.push(assignmentPlugin(state.assignment, state.settings, pace, code));
    }
    if (state.settings.listeners.some(({ admit }) => admit === 'KNOWN')) {
      resources.push(this.organizationsPlugin(state.organizations, code));
    }
    this.previous = snapshotOfEncoded(resources, this.previous);
    const ports = clusters.reduce((sum, { servers }) => sum + servers.length, 0);
    const health = { clusters, reportInterval: healthReportInterval(ports) };
    return { snapshot: this.previous, health, unresolved };
  }

  /** Made anew only when an organization comes or goes: there may be very many. */
  private organizationsPlugin(organizations: ClusterState['organizations'], code: FilterCode): NamedAny {
    const { known } = this;
    if (known?.organizations === organizations && isSameCode(known.code, code)) return known.resource;
    const configuration = encodeOrganizations(organizations.keys());
    const plugin = networkPlugin({ name: ORGANIZATIONS, rootId: ORGANIZATIONS, code, configuration });
    const resource = { name: ORGANIZATIONS, any: encode(plugin) };
    this.known = { organizations, code, resource };
    return resource;
  }

  private frozenResources(code: FilterCode, settings: Settings): readonly NamedAny[] {
    const listeners = JSON.stringify([settings.listeners, settings.healthCheckIntervalMs]);
    const { frozen } = this;
    if (frozen?.listeners === listeners && isSameCode(frozen.code, code)) return frozen.resources;
    const resources = frozenOf(code, settings);
    this.frozen = { code, listeners, resources };
    return resources;
  }
}

function isSameCode(a: FilterCode, b: FilterCode): boolean {
  return a.generation === b.generation && (a.code === b.code || a.code.equals(b.code));
}

/** The listener itself: proxies close all of its connections when it is another. The rest follows while they live. */
export function deviceListener(listener: ListenerSettings): ListenerResource {
  if (listener.protocol !== 'WEBSOCKET') {
    return tcpListener({ ...securityOf(listener), serverFirst: listener.serverFirst });
  }
  return websocketListener({
    ...securityOf(listener),
    routeName: listener.name,
    jwtName: jwtNameOf(listener),
    relays: listener.greeter?.mode === 'RELAY',
  });
}

function jwtNameOf({ name, jwt }: ListenerSettings): string | undefined {
  return jwt === undefined ? undefined : `jwt_${name}`;
}

function frozenOf(code: FilterCode, settings: Settings): NamedAny[] {
  const named = (name: string, resource: AnyResource): NamedAny => ({ name, any: encode(resource) });
  return [
    ...portKindsOf(settings).map(({ kind, check }) =>
      named(
        clusterOf(kind),
        serverCluster({
          name: clusterOf(kind),
          healthCheck: check,
          healthCheckInterval: checkInterval(settings),
        }),
      ),
    ),
    ...(hasGreeters(settings) ? [named(GREETERS, greeterCluster(checkInterval(settings)))] : []),
    named(ASSIGNMENT, assignmentListener()),
    ...(settings.listeners.some(({ admit }) => admit === 'KNOWN')
      ? [named(ORGANIZATIONS, organizationsListener())]
      : []),
    ...settings.listeners.flatMap((listener) => {
      const { name } = listener;
      const common = {
        name,
        rootId: name,
        code,
        configuration: encodeListener(listenerMessage(listener, clusterOf(listener.portKind))),
      };
      const secrets = secretsOf(listener).map((options) => named(options.name, secret(options)));
      const itself = named(name, deviceListener(listener));
      if (listener.protocol !== 'WEBSOCKET') return [...secrets, itself, named(name, networkPlugin(common))];
      const { jwt } = listener;
      const jwtName = jwtNameOf(listener);
      return [
        ...secrets,
        itself,
        named(name, deviceRoutes(name)),
        named(name, httpPlugin(common)),
        ...(jwt === undefined || jwtName === undefined
          ? []
          : [named(jwtName, jwtFilter(jwtOptions(jwtName, jwt)))]),
      ];
    }),
  ];
}

function checkInterval({ healthCheckIntervalMs }: Settings): Duration {
  return `${healthCheckIntervalMs / 1000}s`;
}

/**
 * How often a proxy tells what its checks found. A report names every port, so that few are told of often, for a death to be
 * known sooner, and many once a second.
 */
export function healthReportInterval(ports: number): Duration {
  return `${Math.min(1_000, Math.max(250, ports)) / 1_000}s`;
}

function assignmentPlugin(
  assignment: Assignment,
  settings: Settings,
  perSecond: number,
  code: FilterCode,
): NamedAny {
  const reports = {
    cluster: CONTROL_PLANE_CLUSTER,
    intervalMs: settings.reportIntervalMs,
    fullIntervalMs: settings.fullReportIntervalMs,
    mostOrganizations: settings.reportedOrganizations,
  };
  const drain = {
    windowMs: settings.drainWindowMs,
    longestWindowMs: settings.longestDrainWindowMs,
    perSecond,
  };
  const configuration = encodeAssignment(toMessage(assignment, reports, drain));
  const resource = networkPlugin({ name: ASSIGNMENT, rootId: ASSIGNMENT, code, configuration });
  return { name: ASSIGNMENT, any: encode(resource) };
}

/** Whether some listener's devices may have to be greeted. */
function hasGreeters({ listeners }: Pick<Settings, 'listeners'>): boolean {
  return listeners.some(({ greeter }) => greeter !== undefined);
}

/** Where greeters are, and by which keys their relayed connections are known. */
function greeterResources({ state, resolved }: SnapshotInput): NamedAny[] {
  if (!hasGreeters(state.settings)) return [];
  const greeters = [...state.greeters.values()].map(({ value }) => value);
  greeters.sort((a, b) => (a.id < b.id ? -1 : 1));
  const endpoints = greeters.flatMap(({ address: { host, port } }) => {
    const address = addressOf(host, resolved);
    return address === undefined ? [] : [{ address, port }];
  });
  return [
    { name: GREETERS, any: encode(greeterEndpoints(endpoints)) },
    { name: RELAY_KEYS, any: encode(relayKeys(greeters.map(({ publicKey }) => publicKey))) },
  ];
}

/** The servers' ports by kind, in the order of their ids. */
function endpointsOf({ state, resolved }: SnapshotInput): {
  endpoints: Map<string, ServerEndpoint[]>;
  unresolved: Unresolved[];
} {
  const servers: Server[] = [...state.servers.values()].map(({ value }) => value);
  servers.push(...state.leaving.values());
  servers.sort((a, b) => (a.id < b.id ? -1 : 1));
  const endpoints = new Map<string, ServerEndpoint[]>();
  const unresolved: Unresolved[] = [];
  for (const { id, ports, healthCheck } of servers) {
    for (const [portKind, { host, port }] of Object.entries(ports)) {
      const address = addressOf(host, resolved);
      if (address === undefined) {
        unresolved.push({ server: id, portKind, host });
        continue;
      }
      const ofKind = endpoints.get(portKind) ?? [];
      const checkPort = healthCheck?.ports[portKind];
      ofKind.push({ id, address, port, ...(checkPort === undefined ? {} : { checkPort }) });
      endpoints.set(portKind, ofKind);
    }
  }
  return { endpoints, unresolved };
}
