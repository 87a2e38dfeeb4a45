/** States for unit tests: what the store's watches would have told. */
import {
  agents,
  encodeAssignment,
  greeters,
  pins,
  organizations,
  quarantines,
  rebalancing,
  replicas,
  selectors,
  servers,
  settings,
  settingsSchema,
  verdicts,
  views,
  type Assignment,
  type Greeter,
  type Kind,
  type Labels,
  type Quarantine,
  type Server,
  type Settings,
  type Verdicts,
  type View,
} from '../model/index.ts';
import { initialTable } from '../placement/table.ts';
import { NO_ORDERS } from '../placement/types.ts';
import type { Change, WatchEvent } from '../store/store.ts';
import type { WATCHED } from './cluster-state.ts';
import { NO_STATE, reduce, type ClusterState, type StateEvent } from './cluster-state.ts';

export function server(id: string, rest: Partial<Server> = {}): Server {
  const port = 1000 + (id.charCodeAt(0) % 1000);
  const ports = { mqtt: { host: '10.0.0.1', port }, websocket: { host: '10.0.0.1', port: port + 1000 } };
  return { id, ports, weight: 1, state: 'active', ...rest };
}

/** An assignment of equal shares, version 1 of epoch 1, which connections may follow. */
export function assignmentOf(ids: readonly string[], rest: Partial<Assignment> = {}): Assignment {
  const table = initialTable(ids.map((id) => ({ id, weight: 1 })));
  const versions = { epoch: 1n, version: 1n, tableVersion: 1n, drainUpTo: 1n };
  return {
    ...table,
    ...versions,
    balancedFor: '',
    orders: NO_ORDERS,
    pins: new Map(),
    ownPins: new Map(),
    ...rest,
  };
}

export function put<T>(kind: Kind<T>, id: string, value: T | Buffer, revision: number): Change {
  const key = kind.keyOf(id);
  const bytes = Buffer.isBuffer(value) ? value : kind.encode(value);
  return {
    key,
    revision,
    entry: { key, value: bytes, revision, createRevision: revision, lease: undefined },
  };
}

export function change(changes: readonly Change[]): WatchEvent {
  return { kind: 'change', revision: changes.at(-1)?.revision ?? 1, changes };
}

export function assignmentEvent(assignment: Assignment | undefined, revision: number): StateEvent {
  const value = assignment && { version: 1, bytes: encodeAssignment(assignment), revision };
  return { source: 'assignment', event: { kind: 'version', value } };
}

export interface TestState {
  readonly servers?: readonly Server[];
  /** Organization → server. */
  readonly pins?: Readonly<Record<string, string>>;
  readonly assignment?: Assignment;
  readonly settings?: Partial<Settings>;
  readonly replicas?: readonly string[];
  /** Servers whose agent speaks. */
  readonly agents?: readonly string[];
  readonly greeters?: readonly Greeter[];
  readonly views?: readonly View[] | undefined;
  readonly verdicts?: Verdicts;
  readonly quarantines?: readonly Quarantine[];
  readonly organizations?: readonly string[];
  /** Organization → labels. */
  readonly selectors?: Readonly<Record<string, Labels>>;
  readonly paused?: boolean;
}

/** A state that is loaded whole. */
export function stateOf(given: TestState, from: ClusterState = NO_STATE): ClusterState {
  const at = { host: '127.0.0.1', port: 1 };
  const changes: Record<keyof typeof WATCHED, Change[]> = {
    servers: (given.servers ?? []).map((value) => put(servers, value.id, value, 10)),
    pins: Object.entries(given.pins ?? {}).map(([organization, id]) =>
      put(pins, organization, { organization, server: id }, 11),
    ),
    settings: given.settings ? [put(settings, '', settingsSchema.parse(given.settings), 12)] : [],
    agents: (given.agents ?? []).map((id) =>
      put(agents, id, { server: id, instance: 'i', measuredAtMs: 0, load: {} }, 14),
    ),
    greeters: (given.greeters ?? []).map((value) => put(greeters, value.id, value, 18)),
    views: (given.views ?? []).map((value) => put(views, value.proxy, value, 15)),
    verdicts: given.verdicts ? [put(verdicts, '', given.verdicts, 16)] : [],
    quarantines: (given.quarantines ?? []).map((value) => put(quarantines, value.organization, value, 17)),
    organizations: (given.organizations ?? []).map((organization) =>
      put(organizations, organization, { organization }, 18),
    ),
    selectors: Object.entries(given.selectors ?? {}).map(([organization, labels]) =>
      put(selectors, organization, { organization, labels }, 18),
    ),
    rebalancing:
      given.paused === undefined ? [] : [put(rebalancing, '', { paused: given.paused, sinceMs: 0 }, 19)],
    replicas: (given.replicas ?? []).map((id) =>
      put(replicas, id, { id, xds: at, admin: at, startedAtMs: 0 }, 13),
    ),
  };
  let state = from;
  for (const [source, all] of Object.entries(changes)) {
    state = reduce(state, { source: source as keyof typeof WATCHED, event: change(all) });
  }
  return reduce(state, assignmentEvent(given.assignment, 20));
}
