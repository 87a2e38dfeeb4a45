import { SLOTS } from '../../protocol-filters/wire/index.ts';
import { slotOf } from '../placement/slot.ts';
import { TrafficRate, type Traffic } from './rate.ts';

/** An organization on a server, over all proxies. */
export interface Seat {
  readonly organization: Organization;
  readonly server: string;
  connections: number;
  readonly traffic: TrafficRate;
}

export interface Organization {
  readonly id: string;
  readonly slot: number;
  /** By server; more than one: the organization is split. */
  readonly seats: Map<string, Seat>;
}

/** How large an organization is, without what takes longer to tell. */
export interface OrganizationSize {
  readonly organization: string;
  readonly slot: number;
  readonly connections: number;
  /** On how many servers they are. */
  readonly servers: number;
}

/** Connections of one slot on one server, those of pinned organizations apart. */
export interface SlotCount {
  readonly slot: number;
  readonly server: string;
  readonly pinned: boolean;
  /** Exact. */
  connections: number;
  /** How many of them are of organizations that the reports name. */
  named: number;
}

export interface ServerTotal {
  connections: number;
  /** Organizations that the reports name. */
  organizations: number;
  readonly traffic: TrafficRate;
}

/**
 * The sums over all VMs of all proxies, kept up to date change by change: nothing here is ever computed anew from all
 * reports.
 */
export class Seats {
  readonly organizations = new Map<string, Organization>();
  readonly splitOrganizations = new Set<Organization>();
  readonly servers = new Map<string, ServerTotal>();
  private readonly slots = new Map<number, SlotCount>();
  /** Slot → counts of its connections that are not pinned, by server. */
  private readonly bySlot = new Map<number, Set<SlotCount>>();
  readonly splitSlots = new Set<number>();
  private readonly numbers = new Map<string, number>();

  /** @param arrived told when an organization has its first device on a server; milliseconds of the reports */
  constructor(
    private readonly halfLifeMs: number,
    readonly arrived: (organization: string, server: string, at: number) => void = () => undefined,
  ) {}

  *sizes(): Generator<OrganizationSize> {
    for (const { id, slot, seats } of this.organizations.values()) {
      let connections = 0;
      for (const seat of seats.values()) connections += seat.connections;
      yield { organization: id, slot, connections, servers: seats.size };
    }
  }
  slotCounts(): IterableIterator<SlotCount> {
    return this.slots.values();
  }
  /** The counts of a slot's connections that are not pinned, by server. */
  ofSlot(slot: number): ReadonlySet<SlotCount> {
    return this.bySlot.get(slot) ?? new Set();
  }

  /** The seat, made if there is none; one without connections goes with {@link addConnections}. */
  seat(id: string, server: string): Seat {
    let organization = this.organizations.get(id);
    if (organization === undefined) {
      this.organizations.set(id, (organization = { id, slot: slotOf(id), seats: new Map<string, Seat>() }));
    }
    let seat = organization.seats.get(server);
    if (seat === undefined) {
      organization.seats.set(
        server,
        (seat = { organization, server, connections: 0, traffic: new TrafficRate() }),
      );
      this.total(server).organizations++;
      if (organization.seats.size === 2) this.splitOrganizations.add(organization);
    }
    return seat;
  }

  addConnections(seat: Seat, pinned: boolean, by: number): void {
    seat.connections += by;
    this.addToSlot(seat.organization.slot, seat.server, pinned, 0, by);
    if (seat.connections <= 0) this.leave(seat);
  }

  addTraffic(seat: Seat, traffic: Traffic, now: number): void {
    seat.traffic.add(traffic, now, this.halfLifeMs);
    this.total(seat.server).traffic.add(traffic, now, this.halfLifeMs);
  }

  /** One number for each slot, server and whether pinned. */
  slotKey(slot: number, server: string, pinned: boolean): number {
    return (this.number(server) * SLOTS + slot) * 2 + (pinned ? 1 : 0);
  }

  /** Adds to the exact count of a slot. */
  addToSlot(slot: number, server: string, pinned: boolean, connections: number, named: number): void {
    const key = this.slotKey(slot, server, pinned);
    let count = this.slots.get(key);
    if (count === undefined) {
      count = { slot, server, pinned, connections: 0, named: 0 };
      this.slots.set(key, count);
    }
    count.connections += connections;
    count.named += named;
    if (connections !== 0) {
      const total = this.total(server);
      total.connections += connections;
      this.dropIfEmpty(server, total);
      if (!pinned) this.noteSlot(count);
    }
    if (count.connections === 0 && count.named === 0) this.slots.delete(key);
  }

  private noteSlot(count: SlotCount): void {
    let counts = this.bySlot.get(count.slot);
    if (counts === undefined) this.bySlot.set(count.slot, (counts = new Set()));
    if (count.connections > 0) counts.add(count);
    else counts.delete(count);
    if (counts.size > 1) this.splitSlots.add(count.slot);
    else this.splitSlots.delete(count.slot);
    if (counts.size === 0) this.bySlot.delete(count.slot);
  }

  private leave({ organization, server }: Seat): void {
    organization.seats.delete(server);
    if (organization.seats.size < 2) this.splitOrganizations.delete(organization);
    if (organization.seats.size === 0) this.organizations.delete(organization.id);
    const total = this.total(server);
    total.organizations--;
    this.dropIfEmpty(server, total);
  }

  private total(server: string): ServerTotal {
    let total = this.servers.get(server);
    if (total === undefined) {
      this.servers.set(server, (total = { connections: 0, organizations: 0, traffic: new TrafficRate() }));
    }
    return total;
  }

  private dropIfEmpty(server: string, total: ServerTotal): void {
    if (total.connections === 0 && total.organizations === 0) this.servers.delete(server);
  }

  /** Servers by small numbers, so that a count is found by one number. */
  private number(server: string): number {
    let number = this.numbers.get(server);
    if (number === undefined) this.numbers.set(server, (number = this.numbers.size));
    return number;
  }
}
