/** From the state to what proxies are sent. Pure; resources are encoded once, and those that never change are kept. */
import { CONTROL_PLANE_CLUSTER } from '../../envoy/bootstrap.ts';
import { encode, type AnyResource, type Duration } from '../../envoy/resources/index.ts';
import { encodeAssignment, encodeListener, type ListenerMessage } from '../../protocol-filters/wire/index.ts';
import type { Assignment, ListenerSettings, Server, Settings } from '../model/index.ts';
import { toMessage } from '../placement/message.ts';
import {
  ASSIGNMENT,
  assignmentListener,
  deviceRoutes,
  httpPlugin,
  networkPlugin,
  serverCluster,
  serverEndpoints,
  tcpListener,
  websocketListener,
  type FilterCode,
  type HealthCheckKind,
  type ServerEndpoint,
} from '../resources/index.ts';
import type { HealthSpecification, NamedAny, Snapshot } from '../xds/index.ts';
import { snapshotOfEncoded } from '../xds/snapshot.ts';
import { addressOf, type Resolved, type Unresolved } from './addresses.ts';
import type { ClusterState } from './cluster-state.ts';

/** What a snapshot is made of. */
export interface SnapshotInput {
  readonly state: Pick<ClusterState, 'servers' | 'leaving' | 'assignment' | 'settings'>;
  readonly code: FilterCode;
  readonly resolved: Resolved;
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
  for (const { portKind, protocol } of settings.listeners) {
    kinds.set(portKind, protocol === 'WEBSOCKET' ? 'websocket' : 'mqtt');
  }
  return [...kinds].map(([kind, check]) => ({ kind, check }));
}

/**
 * Makes snapshots one after the other. Listeners, routes, clusters and the device listeners' plugins follow from the code
 * and the settings of listeners and checks alone: they are made once for each, and a server that joins or a slot that moves touches
 * endpoints and the assignment plugin only. What is frozen so keeps its connections.
 */
export class SnapshotMaker {
  private frozen: { code: FilterCode; listeners: string; resources: readonly NamedAny[] } | undefined;
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
    if (state.assignment !== undefined) {
      resources.push(assignmentPlugin(state.assignment, state.settings, code));
    }
    this.previous = snapshotOfEncoded(resources, this.previous);
    const health = { clusters, reportInterval: '1s' } as const;
    return { snapshot: this.previous, health, unresolved };
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
    named(ASSIGNMENT, assignmentListener()),
    ...settings.listeners.flatMap((listener) => {
      const { name } = listener;
      const common = { name, rootId: name, code, configuration: encodeListener(listenerMessage(listener)) };
      if (listener.protocol === 'MQTT') {
        return [named(name, tcpListener(listener)), named(name, networkPlugin(common))];
      }
      return [
        named(name, websocketListener({ ...listener, routeName: name })),
        named(name, deviceRoutes(name)),
        named(name, httpPlugin(common)),
      ];
    }),
  ];
}

function checkInterval({ healthCheckIntervalMs }: Settings): Duration {
  return `${healthCheckIntervalMs / 1000}s`;
}

function listenerMessage(listener: ListenerSettings): ListenerMessage {
  const { name, protocol, portKind, sources, firstMessageTimeoutMs, endSession } = listener;
  return { name, protocol, cluster: clusterOf(portKind), sources, firstMessageTimeoutMs, endSession };
}

function assignmentPlugin(assignment: Assignment, settings: Settings, code: FilterCode): NamedAny {
  const reports = {
    cluster: CONTROL_PLANE_CLUSTER,
    intervalMs: settings.reportIntervalMs,
    fullIntervalMs: settings.fullReportIntervalMs,
    mostOrganizations: settings.reportedOrganizations,
  };
  const drain = { windowMs: settings.drainWindowMs, perSecond: settings.drainPerSecond };
  const configuration = encodeAssignment(toMessage(assignment, reports, drain));
  const resource = networkPlugin({ name: ASSIGNMENT, rootId: ASSIGNMENT, code, configuration });
  return { name: ASSIGNMENT, any: encode(resource) };
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
  for (const { id, ports } of servers) {
    for (const [portKind, { host, port }] of Object.entries(ports)) {
      const address = addressOf(host, resolved);
      if (address === undefined) {
        unresolved.push({ server: id, portKind, host });
        continue;
      }
      const ofKind = endpoints.get(portKind) ?? [];
      ofKind.push({ id, address, port });
      endpoints.set(portKind, ofKind);
    }
  }
  return { endpoints, unresolved };
}
