/** Every metric of the control plane, in one place. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FleetView } from './fleet-view/fleet-view.ts';
import { comparePositions } from './leader/fleet.ts';
import type { LeaderRunner } from './leader/runner.ts';
import type { Round } from './model/index.ts';
import type { PlanAlarm } from './plan/types.ts';
import type { LoadReport } from './rebalance/index.ts';
import type { ClusterState } from './state/cluster-state.ts';
import {
  pendingOf,
  PushTimes,
  refusalsOf,
  shortType,
  type ProxyRegistry,
  type ReportsService,
  TYPE_URLS,
  type Snapshot,
} from './xds/index.ts';

/** What the gauges read when they are scraped. */
export interface MetricSources {
  readonly state: () => ClusterState;
  readonly leader: Pick<LeaderRunner, 'isLeader' | 'waiting'>;
  readonly registry: ProxyRegistry;
  readonly reports: Pick<ReportsService, 'received' | 'refused' | 'drained'>;
  readonly fleetView: () => Pick<FleetView, 'listProxies' | 'counts' | 'servers'>;
  /** The last reading; undefined: none. */
  readonly load: () => LoadReport | undefined;
  readonly isReady: () => boolean;
  readonly now: () => number;
}

export interface Metrics {
  readonly registry: Registry;
  readonly observeRequest: (method: string, route: string, status: number, seconds: number) => void;
  /** A write of the leader. */
  readonly wrote: (kind: string) => void;
  /** A server that this replica, leading, has declared dead. */
  readonly died: () => void;
  /** A round of moves has been written. */
  readonly moved: (round: Round) => void;
  /** What a part of the rebalancer's work took, in milliseconds. */
  readonly took: (what: string, ms: number) => void;
  /** Proxies are given this from now on. @param since when the change was seen, in milliseconds of the clock */
  readonly published: (snapshot: Snapshot, since: number) => void;
}

/** Makes the metrics of one replica. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  stateMetrics(registry, sources);
  verdictMetrics(registry, sources);
  const published = proxyMetrics(registry, sources);
  fleetMetrics(registry, sources);
  const { moved, took } = rebalancerMetrics(registry, sources);
  const requests = new Histogram({
    registers: [registry],
    name: 'cohort_admin_request_duration_seconds',
    help: 'How long requests to the admin interface took.',
    labelNames: ['method', 'route', 'status'],
    // From memory: a millisecond. With a write to etcd: tens. The timeouts of etcd and of the leader: 5 s.
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 5],
  });
  const writes = new Counter({
    registers: [registry],
    name: 'cohort_leader_writes_total',
    help: 'Assignments that this replica has written while it led: route (organizations move) or drain (connections follow).',
    labelNames: ['kind'],
  });
  for (const kind of ['route', 'drain', 'orders']) writes.inc({ kind }, 0);
  const deaths = new Counter({
    registers: [registry],
    name: 'cohort_server_deaths_total',
    help: 'Servers that this replica has declared dead while it led.',
  });
  return {
    registry,
    observeRequest: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    wrote: (kind) => writes.inc({ kind }),
    died: () => deaths.inc(),
    moved,
    took,
    published,
  };
}

/** A gauge that is read when it is scraped. */
function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    registers: [registry],
    name,
    help,
    collect() {
      this.set(read());
    },
  });
}

function stateMetrics(registry: Registry, { state, leader, isReady }: MetricSources): void {
  gauge(registry, 'cohort_ready', '1: this replica serves proxies.', () => Number(isReady()));
  gauge(registry, 'cohort_leader', '1: this replica leads.', () => Number(leader.isLeader));
  gauge(
    registry,
    'cohort_store_stale',
    'Kinds of stored values that etcd has not confirmed for a while.',
    () => state().stale.size,
  );
  gauge(
    registry,
    'cohort_store_invalid_values',
    'Stored values that cannot be read and are set aside.',
    () => state().invalid.size,
  );
  gauge(registry, 'cohort_pins', 'Pins that are stored.', () => state().pins.size);
  gauge(
    registry,
    'cohort_quarantines',
    'Organizations that are in quarantine, since servers died soon after they had come.',
    () => state().quarantines.size,
  );
  gauge(registry, 'cohort_assignment_epoch', 'Epoch of the assignment in force.', () =>
    Number(state().assignment?.epoch ?? 0n),
  );
  gauge(registry, 'cohort_assignment_version', 'Version of the assignment in force.', () =>
    Number(state().assignment?.version ?? 0n),
  );
  gauge(
    registry,
    'cohort_assignment_drain_pending',
    '1: connections do not follow the table in force yet, since proxies do not route by it.',
    () => {
      const { assignment } = state();
      return Number(assignment !== undefined && assignment.drainUpTo < assignment.tableVersion);
    },
  );
  new Gauge({
    registers: [registry],
    name: 'cohort_servers',
    help: 'Servers by the state that is asked of them.',
    labelNames: ['state'],
    collect() {
      const counts = { active: 0, draining: 0 };
      for (const { value } of state().servers.values()) counts[value.state]++;
      for (const [name, count] of Object.entries(counts)) this.set({ state: name }, count);
    },
  });
  new Gauge({
    registers: [registry],
    name: 'cohort_leader_waiting',
    help: 'What the leader waits for; zero everywhere on the other replicas.',
    labelNames: ['for'],
    collect() {
      const counts = { server: 0, health: 0, routing: 0, replicas: 0, takers: 0 };
      for (const waiting of leader.waiting) counts[waiting.for]++;
      for (const [what, count] of Object.entries(counts)) this.set({ for: what }, count);
    },
  });
}

function verdictMetrics(registry: Registry, { state }: MetricSources): void {
  gauge(
    registry,
    'cohort_views',
    "Proxies whose view of the servers' health is stored.",
    () => state().views.size,
  );
  gauge(
    registry,
    'cohort_brake_engaged',
    '1: too many servers died at once, and nothing is moved away from the last until the brake is released.',
    () => Number(state().verdicts.brake.engaged),
  );
  gauge(
    registry,
    'cohort_servers_avoided',
    'Servers that live and get nothing new, since a proxy has not reached them for long, or did not within the hour.',
    () => {
      const { servers, verdicts } = state();
      return [...servers.keys()].filter((id) => {
        const verdict = verdicts.servers[id];
        return verdict?.avoided !== undefined && verdict.state !== 'dead';
      }).length;
    },
  );
  new Gauge({
    registers: [registry],
    name: 'cohort_server_verdicts',
    help: 'Servers by the verdict on them; held: dead, seen alive again and held down.',
    labelNames: ['verdict'],
    collect() {
      const counts = { alive: 0, suspect: 0, dead: 0, held: 0 };
      const { servers, verdicts } = state();
      for (const id of servers.keys()) {
        const verdict = verdicts.servers[id];
        counts[verdict?.heldUntilMs === undefined ? (verdict?.state ?? 'alive') : 'held']++;
      }
      for (const [name, count] of Object.entries(counts)) this.set({ verdict: name }, count);
    },
  });
}

function proxyMetrics(
  registry: Registry,
  { registry: proxies, reports, now }: MetricSources,
): Metrics['published'] {
  gauge(
    registry,
    'cohort_xds_proxies',
    'Proxies that have an ADS stream to this replica.',
    () => proxies.list().length,
  );
  gauge(
    registry,
    'cohort_xds_refused_resources',
    'Resources that these proxies refuse as they are now.',
    () => proxies.list().reduce((sum, proxy) => sum + refusalsOf(proxy).length, 0),
  );
  const counter = (name: string, help: string): Counter<'type'> =>
    new Counter({ registers: [registry], name, help, labelNames: ['type'] });
  const acks = counter('cohort_xds_acks_total', 'Responses that proxies have acknowledged.');
  const nacks = counter('cohort_xds_nacks_total', 'Responses that proxies have refused.');
  const late = counter('cohort_xds_late_total', 'Responses that proxies have not answered in time.');
  // A counter that appears with its first event has no increase that an alert could see.
  for (const typeUrl of Object.values(TYPE_URLS)) {
    for (const of of [acks, nacks, late]) of.inc({ type: shortType(typeUrl) }, 0);
  }
  const times = new PushTimes();
  const pushes = new Histogram({
    registers: [registry],
    name: 'cohort_xds_push_duration_seconds',
    help: 'From a change of the state to its acknowledgement (ACK) by each proxy, by type.',
    labelNames: ['type'],
    // A change waits 10 ms for others; on one machine it is acknowledged within 50 ms. A drain waits 30 s for late proxies.
    buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
  });
  gauge(registry, 'cohort_xds_pending_pushes', 'Responses that these proxies have not answered yet.', () =>
    proxies.list().reduce((sum, { delivery }) => sum + pendingOf(delivery), 0),
  );
  proxies.onAck(({ node, typeUrl, versions }) => {
    const type = shortType(typeUrl);
    acks.inc({ type });
    const ms = times.acknowledged({ typeUrl, versions }, proxies.get(node)?.connectedAt ?? 0, now());
    if (ms !== undefined) pushes.observe({ type }, ms / 1000);
  });
  proxies.onNack(({ typeUrl }) => nacks.inc({ type: shortType(typeUrl) }));
  proxies.onLate(({ typeUrl }) => late.inc({ type: shortType(typeUrl) }));
  new Counter({
    registers: [registry],
    name: 'cohort_reports_total',
    help: "The protocol filters' reports to this replica, taken and refused.",
    labelNames: ['outcome'],
    collect() {
      this.reset();
      this.inc({ outcome: 'taken' }, reports.received);
      this.inc({ outcome: 'refused' }, reports.refused);
    },
  });
  new Counter({
    registers: [registry],
    name: 'cohort_drained_connections_total',
    help:
      'Connections that had to go, as reports to this replica tell, by protocol and fate: redirected (the device was told), ' +
      'ended (in order, without a redirect), closed (or lost, without either).',
    labelNames: ['protocol', 'fate'],
    collect() {
      this.reset();
      for (const [protocol, fates] of reports.drained) {
        for (const [fate, count] of Object.entries(fates)) this.inc({ protocol, fate }, count);
      }
    },
  });
  return (snapshot, since) => times.published(snapshot, since);
}

/** Of all proxies: the leader alone has them; the others show none, so that a sum over replicas is right. */
function fleetMetrics(registry: Registry, { leader, fleetView, state, now }: MetricSources): void {
  const atLeader = (read: () => number) => (): number => (leader.isLeader ? read() : 0);
  gauge(
    registry,
    'cohort_fleet_proxies',
    'Proxies that any replica hears.',
    atLeader(() => fleetView().listProxies(now()).length),
  );
  gauge(
    registry,
    'cohort_fleet_proxies_behind',
    'Proxies that have not applied the assignment in force.',
    atLeader(() => {
      const { assignment } = state();
      if (assignment === undefined) return 0;
      const isBehind = (applied: Parameters<typeof comparePositions>[0] | undefined): boolean =>
        applied === undefined || comparePositions(applied, assignment) < 0;
      return fleetView()
        .listProxies(now())
        .filter(({ applied }) => isBehind(applied)).length;
    }),
  );
  gauge(
    registry,
    'cohort_fleet_organizations',
    'Organizations that the reports name.',
    atLeader(() => fleetView().counts().organizations),
  );
  gauge(
    registry,
    'cohort_fleet_split_organizations',
    'Named organizations whose devices sit on more than one server.',
    atLeader(() => fleetView().counts().splitOrganizations),
  );
  gauge(
    registry,
    'cohort_fleet_split_slots',
    'Slots on more than one server with connections of organizations that no report names.',
    atLeader(() => fleetView().counts().splitSlots),
  );
  const byServer = (name: string, help: string, what: 'connections' | 'organizations'): void => {
    new Gauge({
      registers: [registry],
      name,
      help,
      labelNames: ['server'],
      collect() {
        this.reset();
        if (!leader.isLeader) return;
        for (const [server, counts] of fleetView().servers(now())) this.set({ server }, counts[what]);
      },
    });
  };
  byServer(
    'cohort_server_connections',
    'Connections by the server that they actually lead to.',
    'connections',
  );
  byServer('cohort_server_organizations', 'Named organizations with devices on the server.', 'organizations');
}

const ALARMS: Readonly<Record<PlanAlarm['kind'], string>> = {
  'organization too large': 'organization_too_large',
  'no move frees it': 'no_move_frees_it',
  'no server matches': 'no_server_matches',
  'all full': 'all_full',
};

/** Of the leader alone; other replicas show none, so that a sum over replicas is right. */
function rebalancerMetrics(registry: Registry, { load }: MetricSources): Pick<Metrics, 'moved' | 'took'> {
  const registers = [registry];
  new Gauge({
    registers,
    name: 'cohort_server_load',
    help: 'Load of each server: the worst of its dimensions as a share of its limit, smoothed.',
    labelNames: ['server'],
    collect() {
      this.reset();
      for (const [server, its] of load()?.load.servers ?? []) this.set({ server }, its.load);
    },
  });
  new Gauge({
    registers,
    name: 'cohort_server_used',
    help: 'What each server uses in each dimension, smoothed: connections, cores, bytes of memory, its own numbers.',
    labelNames: ['server', 'dimension'],
    collect() {
      this.reset();
      for (const [server, { dimensions }] of load()?.load.servers ?? []) {
        for (const [dimension, { used }] of dimensions) this.set({ server, dimension }, used);
      }
    },
  });
  new Gauge({
    registers,
    name: 'cohort_load_worst_over_mean',
    help: 'How even the load is: worst over mean, without organizations above the mean that have a server of their own.',
    collect() {
      this.set(load()?.plan.before.worstOverMean ?? 1);
    },
  });
  new Gauge({
    registers,
    name: 'cohort_load_alarms',
    help: 'What no move puts right, by kind.',
    labelNames: ['kind'],
    collect() {
      const alarms = load()?.alarms ?? [];
      for (const [kind, label] of Object.entries(ALARMS)) {
        this.set({ kind: label }, alarms.filter((one) => one.kind === kind).length);
      }
    },
  });
  const rounds = new Counter({
    registers,
    name: 'cohort_rounds_total',
    help: 'Assignments of this replica that moved something, by what they were made for.',
    labelNames: ['trigger'],
  });
  const moves = new Counter({
    registers,
    name: 'cohort_moves_total',
    help: 'Moves of this replica while it led, by reason.',
    labelNames: ['reason'],
  });
  const connections = new Counter({
    registers,
    name: 'cohort_moved_connections_total',
    help: 'Connections that these moves made come again, by reason.',
    labelNames: ['reason'],
  });
  const took = new Histogram({
    registers,
    name: 'cohort_rebalance_seconds',
    help: "How long the rebalancer's steps hold up everything else: to read the load, to make the plan's input, to plan.",
    labelNames: ['step'],
    // A small fleet: a millisecond. 1000 servers and 200,000 organizations: 0.1 s.
    buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 2],
  });
  return {
    moved: ({ triggers, moves: all }) => {
      for (const trigger of triggers) rounds.inc({ trigger });
      for (const { reason, connections: cost } of all) {
        moves.inc({ reason });
        connections.inc({ reason }, cost);
      }
    },
    took: (step, ms) => took.observe({ step }, ms / 1000),
  };
}
