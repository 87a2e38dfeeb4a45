/** One replica of the control plane: all parts put together. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { checkToken } from './admin/authentication.ts';
import type { AdminContext } from './admin/context.ts';
import { EventSource } from './admin/event-source.ts';
import { AdminServer } from './admin/server.ts';
import { FleetService, Forwarder } from './fleet-view/index.ts';
import { unheardReplicas } from './leader/fleet.ts';
import { HeardFleet } from './leader/fleet-source.ts';
import { LeaderLink } from './leader/link.ts';
import type { LeaderRunner } from './leader/runner.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { REBALANCER, replicas, type Replica, type Round } from './model/index.ts';
import { Office } from './office.ts';
import { loadFilterCode } from './state/filter-code.ts';
import { Publisher } from './state/publisher.ts';
import { Yielding } from './state/yielding.ts';
import { StateWatcher } from './state/watcher.ts';
import { EtcdStore, systemClock, type EtcdStoreOptions, type Watch } from './store/index.ts';
import { ViewWriter } from './verdict/index.ts';
import { controlPlaneCheck, XdsServer, type TlsFiles } from './xds/index.ts';

export interface ControlPlaneOptions {
  /** Unique among the replicas: 1 to 128 of `A-Z a-z 0-9 . _ -`. */
  readonly id: string;
  /** How etcd is reached; `prefix` is by default `/cohort/default/`. */
  readonly etcd: Omit<EtcdStoreOptions, 'log' | 'clock' | 'random' | 'prefix'> & { readonly prefix?: string };
  readonly xds: {
    /** An IP address or `localhost`. Default 127.0.0.1. */
    readonly host?: string;
    /** 0, the default: a free one. */
    readonly port?: number;
    /** `plaintext`: on loopback addresses alone. */
    readonly security: TlsFiles | 'plaintext';
  };
  readonly admin?: {
    /** An IP address or `localhost`. Default 127.0.0.1. */
    readonly host?: string;
    /** 0, the default: a free one. */
    readonly port?: number;
    /** Bearer token that requests must show, the same for all replicas. Needed off loopback. */
    readonly token?: string | undefined;
  };
  /** Where the other replicas reach this one. Default: where it listens. */
  readonly advertise?: { readonly host?: string; readonly xdsPort?: number; readonly adminPort?: number };
  /** The compiled protocol filters, as `npm run build:filters` leaves them. */
  readonly filterCodePath: string;
  /** Makes every worker of every proxy start a fresh VM when it changes. Default `1`. The same for all replicas. */
  readonly filterGeneration?: string;
  /**
   * Seconds after which a replica that is gone without a word has lost its office: another leads within this and half a
   * second. Default 4.
   */
  readonly leaseSeconds?: number;
  readonly log: Logger;
}

export interface ControlPlane {
  readonly id: string;
  /** The bound ports. */
  readonly ports: { readonly xds: number; readonly admin: number };
  /** Resolves when etcd has been read and proxies are served; never, if it is stopped before. */
  readonly ready: Promise<void>;
  /**
   * Withdraws the candidacy, so that another replica leads at once, ends all streams, so that proxies go to another, and
   * gives up the lease. Safe to call twice.
   */
  stop(): Promise<void>;
}

/**
 * Starts a replica. Resolves when its ports are open: while etcd is away it waits, says so, answers `/readyz` with 503
 * and refuses streams.
 *
 * @throws CohortError COHORT_ADMIN_TOKEN, COHORT_ADMIN_PORT, COHORT_FILTER_CODE, COHORT_XDS_PLAINTEXT,
 *   COHORT_XDS_CERTIFICATE, COHORT_XDS_PORT
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  checkToken(options.admin?.host ?? '127.0.0.1', options.admin?.token);
  const code = await loadFilterCode(options.filterCodePath, options.filterGeneration);
  const replica = new ReplicaParts(options, code);
  try {
    return await replica.start();
  } catch (error) {
    await replica.stop();
    throw error;
  }
}

class ReplicaParts {
  private readonly store: EtcdStore;
  private readonly states: StateWatcher;
  private readonly xds: XdsServer;
  private readonly publisher: Publisher;
  private readonly fleet: HeardFleet;
  private readonly forwarder: Forwarder;
  private readonly link: LeaderLink;
  private readonly admin: AdminServer;
  private readonly events: EventSource;
  private readonly yielding: Yielding;
  /** Drawn anew at every start: what another run of this replica said is void. */
  private readonly run = randomUUID();
  private viewWriter: ViewWriter | undefined;
  private office: Office | undefined;
  private leaderWatch: Watch | undefined;
  private leader: string | undefined;
  private wrote: (kind: string) => void = () => undefined;
  private died: () => void = () => undefined;
  private published: Metrics['published'] = () => undefined;
  private moved: (round: Round) => void = () => undefined;
  private took: (what: string, ms: number) => void = () => undefined;
  private stopping: Promise<void> | undefined;
  private markReady: () => void = () => undefined;
  private readonly ready = new Promise<void>((resolve) => (this.markReady = resolve));

  constructor(
    private readonly options: ControlPlaneOptions,
    code: Awaited<ReturnType<typeof loadFilterCode>>,
  ) {
    const { id, log, xds, etcd } = options;
    const clock = systemClock;
    this.store = new EtcdStore({ prefix: '/cohort/default/', ...etcd, log, clock });
    this.states = new StateWatcher(this.store, log);
    this.xds = new XdsServer({
      ...xds,
      log,
      clock,
      reports: (report, bytes) => this.forwarder.report(report, bytes),
    });
    this.publisher = new Publisher({
      states: this.states,
      code,
      proxies: this.xds.registry,
      clock,
      log,
      publish: (snapshot, health, since) => {
        // What is to be checked comes first: a server is named only once it was seen healthy.
        this.xds.hds.specify(health);
        this.published(snapshot, since);
        this.xds.publish(snapshot);
        this.markReady();
      },
      current: ({ revisions }) => {
        const of = (source: 'servers' | 'settings'): number => revisions.get(source) ?? 0;
        this.forwarder.published({ servers: of('servers'), settings: of('settings') });
      },
    });
    this.fleet = new HeardFleet({
      id,
      clock,
      isLeader: () => this.isLeader,
      ledLast: () => this.leader === id,
      proxyGoneMs: () => this.states.state.settings.proxyGoneMs,
      failed: (error) => log.error({ err: error }, 'a listener of the fleet failed'),
    });
    const { registry, hds } = this.xds;
    this.forwarder = new Forwarder({
      ...{ replica: id, run: this.run, registry, hds, clock, log },
      snapshot: () => this.xds.ads.snapshot,
    });
    const sink = this.fleet.take.bind(this.fleet);
    this.xds.add(new FleetService(sink, { check: controlPlaneCheck(this.xds.isMutualTls), log }).service());
    this.link = new LeaderLink({ id, forwarder: this.forwarder, sink, security: xds.security, clock, log });
    this.events = this.createEvents();
    this.admin = this.createAdmin();
    this.yielding = new Yielding({
      id,
      states: this.states,
      suspend: (why) => {
        this.xds.ads.suspend(why);
        this.xds.hds.suspend(why);
      },
      clock,
      log,
    });
  }

  private get isLeader(): boolean {
    return this.office?.election.isLeader() ?? false;
  }

  async start(): Promise<ControlPlane> {
    const { id, log } = this.options;
    const xds = await this.xds.start();
    const admin = await this.admin.start();
    this.events.start();
    log.info({ replica: id, xds, admin }, 'the control plane listens');
    this.join({ xds, admin }).catch((error: unknown) => {
      if (this.stopping === undefined) log.error({ err: error }, 'the control plane cannot join the others');
    });
    return { id, ports: { xds, admin }, ready: this.ready, stop: () => this.stop() };
  }

  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  /** As soon as etcd answers. */
  private async join(ports: { xds: number; admin: number }): Promise<void> {
    const { id, log, leaseSeconds = 4 } = this.options;
    await this.store.start();
    if (this.stopping !== undefined) return;
    this.states.start();
    await this.states.loaded();
    if (this.stopping !== undefined) return;
    const lease = this.store.lease(leaseSeconds);
    const { run, states, store } = this;
    const views = { replica: id, run, store, lease, hds: this.xds.hds, states };
    this.viewWriter = new ViewWriter({ ...views, clock: systemClock, wallClock: Date.now, log });
    this.office = new Office({
      ...{ id, store, states, lease, fleet: this.fleet, log },
      wrote: (kind) => this.wrote(kind),
      died: () => this.died(),
      moved: (round) => {
        this.moved(round);
        this.events.tellRound(round);
      },
      took: (what, ms) => this.took(what, ms),
    });
    this.viewWriter.start();
    this.office.start();
    this.fleet.start();
    this.forwarder.start();
    this.link.start();
    this.yielding.start();
    this.states.onChange(({ replicas: all }) => this.link.update(this.leader, all));
    this.leaderWatch = this.store.observeLeader(REBALANCER, (leader) => {
      const before = this.leader;
      this.leader = leader?.value;
      if (this.leader !== before && !this.isLeader) this.fleet.reset();
      this.events.look();
      this.link.update(this.leader, this.states.state.replicas);
    });
    await lease.put(replicas.keyOf(id), replicas.encode(this.describe(ports)));
    log.info({ replica: id }, 'the control plane has joined the others');
  }

  private async shutDown(): Promise<void> {
    this.events.stop();
    this.yielding.stop();
    await this.office?.stop();
    this.leaderWatch?.stop();
    this.link.stop();
    this.forwarder.stop();
    this.fleet.stop();
    await Promise.all([this.xds.stop(), this.admin.stop()]);
    this.viewWriter?.stop();
    this.publisher.stop();
    this.states.stop();
    await this.store.stop();
    this.options.log.info({ replica: this.options.id }, 'the control plane has stopped');
  }

  private describe({ xds, admin }: { xds: number; admin: number }): Replica {
    const { id, advertise, xds: xdsOptions, admin: adminOptions } = this.options;
    const at = (host: string | undefined): string => advertise?.host ?? host ?? '127.0.0.1';
    return {
      id,
      xds: { host: at(xdsOptions.host), port: advertise?.xdsPort ?? xds },
      admin: { host: at(adminOptions?.host), port: advertise?.adminPort ?? admin },
      startedAtMs: Date.now(),
    };
  }

  /** Why proxies are not served yet. */
  private notReady(): string | undefined {
    if (this.publisher.hasPublished) return undefined;
    const { health } = this.store;
    return health.state === 'current'
      ? 'the state is being read from etcd'
      : `etcd does not answer: ${health.why}`;
  }

  private get leaderView(): Pick<LeaderRunner, 'isLeader' | 'waiting' | 'records' | 'settledState'> {
    const runner = (): LeaderRunner | undefined => this.office?.runner;
    return {
      get isLeader() {
        return runner()?.isLeader ?? false;
      },
      get waiting() {
        return runner()?.waiting ?? [];
      },
      get records() {
        return runner()?.records ?? [];
      },
      get settledState() {
        return runner()?.settledState;
      },
    };
  }

  private leaderReplica(): ReturnType<AdminContext['leaderReplica']> {
    const { leader } = this;
    return leader === undefined
      ? undefined
      : { id: leader, admin: this.states.state.replicas.get(leader)?.value.admin };
  }

  private createEvents(): EventSource {
    return new EventSource({
      run: this.run,
      states: this.states,
      leader: this.leaderView,
      leaderReplica: () => this.leaderReplica(),
      fleetView: () => this.fleet.view,
      now: () => systemClock.now(),
      log: this.options.log,
    });
  }

  private createAdmin(): AdminServer {
    const { id, log, admin } = this.options;
    const leader = this.leaderView;
    const metrics = createMetrics({
      state: () => this.states.state,
      leader,
      registry: this.xds.registry,
      reports: this.xds.reports,
      fleetView: () => this.fleet.view,
      load: () => this.office?.rebalancer.last,
      isReady: () => this.notReady() === undefined,
      now: () => systemClock.now(),
    });
    this.wrote = metrics.wrote;
    this.died = metrics.died;
    this.published = metrics.published;
    this.moved = metrics.moved;
    this.took = metrics.took;
    return new AdminServer(
      {
        id,
        store: this.store,
        states: this.states,
        leader,
        scans: () => this.office?.scanner,
        rebalances: () => this.office,
        fleetView: () => this.fleet.view,
        hearsItself: () => this.link.isLocal && this.store.health.state !== 'current',
        missingReplicas: () =>
          unheardReplicas(id, this.states.state, this.fleet.view.fleet(systemClock.now())),
        leaderReplica: () => this.leaderReplica(),
        assignments: this.events.assignments,
        events: this.events.events,
        notReady: () => this.notReady(),
        unresolved: () => this.publisher.unresolved,
        metrics: metrics.registry,
        observeRequest: metrics.observeRequest,
        now: () => systemClock.now(),
        token: admin?.token,
        log,
      },
      { host: admin?.host, port: admin?.port },
    );
  }
}
