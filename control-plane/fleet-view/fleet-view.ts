import type { Report } from '../../protocol-filters/wire/index.ts';
import { comparePositions, type Fleet, type FleetProxy, type Position } from '../leader/fleet.ts';
import { slotOf } from '../placement/slot.ts';
import { ArrivalHistory, type Arrival } from '../verdict/quarantine.ts';
import { HealthViews, type Sighting, type Transition } from '../xds/health-view.ts';
import { appliedBy } from './applied.ts';
import type { Batch, ProxyFacts, Published } from './facts.ts';
import type { Traffic } from './rate.ts';
import { Seats, type Organization, type OrganizationSize, type SlotCount } from './seats.ts';
import { Vm } from './vm.ts';

export interface FleetViewOptions {
  /** A VM that has not been heard for so long is gone; three full reports' time. Default 90 s. */
  readonly vmGoneMs?: number;
  /** A proxy, or a replica, that has not been heard for so long has left. Default 10 s. */
  readonly proxyGoneMs?: number;
  /** See `appliedBy`. Default 10 s. */
  readonly laggardMs?: number;
  /** Half-life of the rates. Default 10 s. */
  readonly rateHalfLifeMs?: number;
}

/** Where devices of one organization sit. */
export interface OrganizationView {
  readonly organization: string;
  readonly slot: number;
  readonly connections: number;
  /** More than one server: the organization is split. */
  readonly seats: readonly SeatView[];
}

export interface SeatView {
  readonly server: string;
  readonly connections: number;
  /** A second. */
  readonly traffic: Traffic;
  readonly proxies: readonly ProxyCount[];
}

export interface ProxyCount {
  readonly proxy: string;
  readonly connections: number;
}

/** A slot whose connections (without the pinned) sit on several servers, some of organizations that no report names. */
export interface SplitSlot {
  readonly slot: number;
  readonly servers: readonly {
    readonly server: string;
    readonly connections: number;
    readonly unnamed: number;
  }[];
}

export interface ServerView {
  readonly connections: number;
  readonly organizations: number;
  /** A second. */
  readonly traffic: Traffic;
}

/** A proxy as REST shows it. */
export interface ProxyView extends FleetProxy {
  /** Replicas that it has an ADS stream to: one, but for a moment after it has changed. */
  readonly replicas: readonly string[];
  readonly facts: ProxyFacts | undefined;
  readonly connections: number;
  /** VMs that have reported. */
  readonly vms: number;
}

interface ReplicaState {
  readonly run: string;
  heardAt: number;
  proxies: ReadonlyMap<string, ProxyFacts>;
  viewers: ReadonlySet<string>;
  published: Published | undefined;
}

interface ProxyState {
  heardAt: number;
  readonly vms: Map<string, Vm>;
}

/**
 * All that the proxies say, merged: which assignment each has applied, where devices sit, what each sees of the servers'
 * health. In memory alone, no I/O; times are milliseconds of the caller's clock. A report changes the sums by what is new
 * in it.
 */
export class FleetView {
  private readonly options: Required<FleetViewOptions>;
  private readonly replicas = new Map<string, ReplicaState>();
  private readonly proxies = new Map<string, ProxyState>();
  private readonly seats: Seats;
  private readonly health = new HealthViews();
  /** Node → the replica that has its HDS stream. */
  private readonly viewedBy = new Map<string, string>();
  private readonly gaps = new Set<Vm>();
  private readonly history = new ArrivalHistory();
  /** When a replica spoke first. */
  private begunAt: number | undefined;

  constructor(options: FleetViewOptions = {}) {
    this.options = {
      vmGoneMs: 90_000,
      proxyGoneMs: 10_000,
      laggardMs: 10_000,
      rateHalfLifeMs: 10_000,
      ...options,
    };
    this.seats = new Seats(this.options.rateHalfLifeMs, (organization, server, atMs) => {
      // What a proxy that has not been heard yet holds is new to this view, and to nobody else.
      const settledAt = (this.begunAt ?? atMs) + this.options.proxyGoneMs;
      if (atMs >= settledAt) this.history.note({ organization, server, atMs });
    });
  }

  /**
   * A replica speaks.
   *
   * @returns whether it must send everything it holds, because this view does not know it, and the changes of views
   */
  take(batch: Batch, now: number): { sendEverything: boolean; transitions: Transition[] } {
    this.begunAt ??= now;
    let replica = this.replicas.get(batch.replica);
    if (replica?.run !== batch.run) {
      // It speaks of what it has said to another leader.
      if (!batch.everything) return { sendEverything: true, transitions: [] };
      replica = {
        run: batch.run,
        heardAt: now,
        proxies: new Map(),
        viewers: new Set(),
        published: undefined,
      };
      this.replicas.set(batch.replica, replica);
    }
    replica.heardAt = now;
    if (batch.proxies !== undefined) {
      replica.proxies = new Map(batch.proxies.map((facts) => [facts.node, facts]));
    }
    if (batch.published !== undefined) replica.published = batch.published;
    if (batch.viewers !== undefined) replica.viewers = new Set(batch.viewers);
    for (const node of [...replica.proxies.keys(), ...replica.viewers]) this.hear(node, now);
    const transitions: Transition[] = [];
    for (const { node, sightings } of batch.views) {
      this.viewedBy.set(node, batch.replica);
      this.hear(node, now);
      const seen = sightings.map(({ sinceAgoMs, ...rest }) => ({ ...rest, node, since: now - sinceAgoMs }));
      transitions.push(...this.health.replace(node, seen, now));
    }
    if (batch.viewers !== undefined) transitions.push(...this.dropViews(batch.replica, replica.viewers, now));
    for (const { report, agoMs } of batch.reports) this.report(report, now - agoMs, now);
    return { sendEverything: false, transitions };
  }

  /** Time has passed: what has not been heard for too long goes. To be called every second. */
  expire(now: number): { left: string[]; transitions: Transition[] } {
    const transitions: Transition[] = [];
    for (const [id, { heardAt }] of this.replicas) {
      if (now - heardAt < this.options.proxyGoneMs) continue;
      this.replicas.delete(id);
      transitions.push(...this.dropViews(id, new Set(), now));
    }
    for (const vm of this.gaps) if (vm.applyHeld(now) && !vm.hasGap) this.gaps.delete(vm);
    const left: string[] = [];
    for (const [node, proxy] of this.proxies) {
      for (const { proxies, viewers } of this.replicas.values()) {
        if (proxies.has(node) || viewers.has(node)) proxy.heardAt = now;
      }
      for (const [key, vm] of proxy.vms) {
        if (now - vm.heardAt >= this.options.vmGoneMs) this.dropVm(proxy, key, vm);
      }
      if (now - proxy.heardAt < this.options.proxyGoneMs) continue;
      for (const [key, vm] of proxy.vms) this.dropVm(proxy, key, vm);
      transitions.push(...this.health.forget(node, now));
      this.viewedBy.delete(node);
      this.proxies.delete(node);
      left.push(node);
    }
    return { left, transitions };
  }

  /** What each replica that is heard has published to its proxies; undefined: it has not told. */
  published(): ReadonlyMap<string, Published | undefined> {
    return new Map([...this.replicas].map(([id, { published }]) => [id, published]));
  }

  /** For the leader's decisions. */
  fleet(now: number): Fleet {
    return { proxies: this.listProxies(now), heardReplicas: new Set(this.replicas.keys()) };
  }

  listProxies(now: number): ProxyView[] {
    return [...this.proxies].map(([id, proxy]) => this.proxyView(id, proxy, now));
  }

  proxy(id: string, now: number): ProxyView | undefined {
    const proxy = this.proxies.get(id);
    return proxy && this.proxyView(id, proxy, now);
  }

  /** Where an organization's devices sit; undefined when no report names it. */
  organization(id: string, now: number): OrganizationView | undefined {
    const organization = this.seats.organizations.get(id);
    return organization && this.organizationView(organization, now);
  }

  /** Organizations that the reports name, in no order. */
  *organizations(now: number): Generator<OrganizationView> {
    for (const organization of this.seats.organizations.values())
      yield this.organizationView(organization, now);
  }

  /** Named organizations and how many connections each has on how many servers, in no order. Cheap. */
  sizes(): Generator<OrganizationSize> {
    return this.seats.sizes();
  }

  /** Named organizations on more than one server, in no order; {@link organization} tells where. */
  *splits(): Generator<{ readonly organization: string; readonly slot: number }> {
    for (const { id, slot } of this.seats.splitOrganizations) yield { organization: id, slot };
  }

  /**
   * When organizations had their first device on a server, in the last half hour. What the first report of a VM tells is
   * not among it, nor what comes while this view is as young as `proxyGoneMs`: that may have been there before.
   */
  get arrivals(): Iterable<Arrival> {
    return this.history;
  }

  /** The seats of an organization, without what takes longer to tell; none where no report names it. */
  seatsOf(id: string): { readonly server: string; readonly connections: number }[] {
    return [...(this.seats.organizations.get(id)?.seats.values() ?? [])].map(({ server, connections }) => ({
      server,
      connections,
    }));
  }

  /** Which proxies have the connections of one of the `slotCounts`. */
  slotProxies({ slot, server, pinned }: Pick<SlotCount, 'slot' | 'server' | 'pinned'>): ProxyCount[] {
    const key = this.seats.slotKey(slot, server, pinned);
    return [...this.proxies].flatMap(([proxy, { vms }]) => {
      let connections = 0;
      for (const vm of vms.values()) connections += vm.connectionsOfSlot(key);
      return connections > 0 ? [{ proxy, connections }] : [];
    });
  }

  /** Named organizations on more than one server. */
  splitOrganizations(now: number): OrganizationView[] {
    return [...this.seats.splitOrganizations].map((organization) => this.organizationView(organization, now));
  }

  /** Slots on more than one server with connections of organizations that no report names: one of those may be split. */
  splitSlots(): SplitSlot[] {
    return [...this.seats.splitSlots]
      .map((slot) => ({
        slot,
        servers: [...this.seats.ofSlot(slot)].map(({ server, connections, named }) => ({
          server,
          connections,
          unnamed: Math.max(0, connections - named),
        })),
      }))
      .filter(({ servers }) => servers.some(({ unnamed }) => unnamed > 0));
  }

  /** How many named organizations, and how many of the named and unnamed, are split. */
  counts(): { organizations: number; splitOrganizations: number; splitSlots: number; leftOut: number } {
    let leftOut = 0;
    for (const { vms } of this.proxies.values()) for (const vm of vms.values()) leftOut += vm.leftOut;
    return {
      organizations: this.seats.organizations.size,
      splitOrganizations: this.seats.splitOrganizations.size,
      splitSlots: this.splitSlots().length,
      leftOut,
    };
  }

  /** Exact counts of connections by slot and actual server, pinned organizations apart. */
  slotCounts(): IterableIterator<Readonly<SlotCount>> {
    return this.seats.slotCounts();
  }

  /**
   * Tells of every named organization on each server that it sits on, all of one organization one after the other; `bytes`: a
   * second, both ways. Nothing is made anew: there may be hundreds of thousands.
   */
  eachSeat(
    now: number,
    tell: (organization: string, slot: number, server: string, connections: number, bytes: number) => void,
  ): void {
    const { rateHalfLifeMs } = this.options;
    for (const { id, slot, seats } of this.seats.organizations.values()) {
      for (const { server, connections, traffic } of seats.values()) {
        tell(id, slot, server, connections, traffic.bytesPerSecond(now, rateHalfLifeMs));
      }
    }
  }

  servers(now: number): Map<string, ServerView> {
    const { rateHalfLifeMs } = this.options;
    return new Map(
      [...this.seats.servers].map(([id, { connections, organizations, traffic }]) => [
        id,
        { connections, organizations, traffic: traffic.perSecond(now, rateHalfLifeMs) },
      ]),
    );
  }

  /** The slot by whose counts an organization goes that no report names. */
  slotOf(organization: string): number {
    return slotOf(organization);
  }

  /** What a proxy sees of the servers' health; undefined when it has no view. */
  view(node: string): readonly Sighting[] | undefined {
    return this.health.of(node);
  }

  /** What all proxies see of a server. */
  sightings(server: string): Sighting[] {
    return this.health.server(server);
  }

  private report(report: Report, at: number, now: number): void {
    const proxy = this.hear(report.node, at);
    const key = `${report.vm} ${report.vmStart}`;
    let vm = proxy.vms.get(key);
    if (vm === undefined) {
      this.dropPredecessor(proxy, report);
      proxy.vms.set(key, (vm = new Vm(this.seats, report)));
    }
    vm.take(report, at, now);
    if (vm.hasGap) this.gaps.add(vm);
    else this.gaps.delete(vm);
  }

  /** Numbers are given once in a proxy's life: the same one from a later start says that the proxy was restarted. */
  private dropPredecessor(proxy: ProxyState, { vm: number, vmStart }: Report): void {
    const wasRestarted = [...proxy.vms.values()].some((vm) => vm.number === number && vm.start < vmStart);
    if (!wasRestarted) return;
    for (const [key, vm] of proxy.vms) {
      // In one life a higher number started later.
      if (vm.start < vmStart && vm.number >= number) this.dropVm(proxy, key, vm);
    }
  }

  private dropVm(proxy: ProxyState, key: string, vm: Vm): void {
    vm.leave();
    this.gaps.delete(vm);
    proxy.vms.delete(key);
  }

  private hear(node: string, at: number): ProxyState {
    let proxy = this.proxies.get(node);
    if (proxy === undefined) this.proxies.set(node, (proxy = { heardAt: at, vms: new Map<string, Vm>() }));
    proxy.heardAt = Math.max(proxy.heardAt, at);
    return proxy;
  }

  private dropViews(replica: string, still: ReadonlySet<string>, now: number): Transition[] {
    const transitions: Transition[] = [];
    for (const [node, by] of this.viewedBy) {
      if (by !== replica || still.has(node)) continue;
      this.viewedBy.delete(node);
      transitions.push(...this.health.forget(node, now));
    }
    return transitions;
  }

  private proxyView(id: string, { vms }: ProxyState, now: number): ProxyView {
    const hosts = [...this.replicas].filter(([, { proxies }]) => proxies.has(id));
    // The youngest stream is the one in use.
    const facts = hosts
      .map(([, { proxies }]) => proxies.get(id)!)
      .sort((a, b) => a.connectedForMs - b.connectedForMs)[0];
    const all = [...vms.values()];
    let highest: Position | undefined;
    for (const { position } of all) {
      if (position.epoch > 0n && (highest === undefined || comparePositions(position, highest) > 0))
        highest = position;
    }
    const applied =
      facts?.workers === undefined ? undefined : appliedBy(all, facts.workers, now, this.options.laggardMs);
    return {
      id,
      // Epoch 0: a VM that has none.
      applied: applied === undefined || applied.epoch === 0n ? undefined : applied,
      highest,
      healthy: this.healthyServers(id),
      replicas: hosts.map(([replica]) => replica),
      facts,
      connections: all.reduce((sum, vm) => sum + vm.connections, 0),
      vms: all.length,
    };
  }

  /** Servers that the proxy sees healthy in every cluster in which it checks them. */
  private healthyServers(node: string): ReadonlySet<string> | undefined {
    const sightings = this.health.of(node);
    if (sightings === undefined) return undefined;
    const healthy = new Set(sightings.map(({ server }) => server));
    for (const { server, health } of sightings) if (health !== 'HEALTHY') healthy.delete(server);
    return healthy;
  }

  private organizationView({ id, slot, seats }: Organization, now: number): OrganizationView {
    const views = [...seats.values()].map((seat) => ({
      server: seat.server,
      connections: seat.connections,
      traffic: seat.traffic.perSecond(now, this.options.rateHalfLifeMs),
      proxies: [...this.proxies].flatMap(([proxy, { vms }]) => {
        let connections = 0;
        for (const vm of vms.values()) connections += vm.connectionsOn(seat);
        return connections > 0 ? [{ proxy, connections }] : [];
      }),
    }));
    const connections = views.reduce((sum, seat) => sum + seat.connections, 0);
    return { organization: id, slot, connections, seats: views };
  }
}
