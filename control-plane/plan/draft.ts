/**
 * The placement while a plan is made: what sits where, what each server carries, and what has moved so far.
 *
 * A **unit** is what moves at once. Numbers below `SLOTS`: a slot, with those of its organizations that have no pin. From
 * there on: `SLOTS` + the number of an organization; to move one that has no pin gives it one.
 */
import { NOBODY } from '../placement/matching.ts';
import { holdersIn } from '../placement/table.ts';
import { SLOTS } from '../placement/types.ts';
import type { Fleet } from './fleet.ts';
import { Members } from './members.ts';
import { FIXED, FREE, WITH_SLOT } from './organizations.ts';
import type { Organizations } from './organizations.ts';
import type { MoveReason, PlanInput } from './types.ts';

/** What was true when a unit was first moved: for the words. */
export interface Note {
  readonly reason: MoveReason;
  /** Load of the server that it was taken from, over the mean. */
  readonly fromRatio: number;
  /** The dimension that made up this load. */
  readonly dimension: number;
  /** The unit's part of this load. */
  readonly part: number;
  /** Load over the mean of the server that it went to, before it came. */
  readonly toRatio: number;
  /** The organization for which there is to be a server of its own. */
  readonly owner: number | undefined;
}

export class Draft {
  readonly fleet: Fleet;
  readonly organizations: Organizations;
  /** By server and dimension. */
  readonly used: Float64Array;
  /** By server: connections that could be moved. */
  readonly movable: Float64Array;
  readonly slotAt: Int32Array;
  readonly slotHome: Int32Array;
  readonly slotConnections: Float64Array;
  readonly slotUsage: Float64Array;
  readonly organizationAt: Int32Array;
  readonly organizationHome: Int32Array;
  readonly slotsOf: Members;
  readonly pinsOf: Members;
  /** By dimension: all usage, wherever it sits. */
  readonly totals: Float64Array;
  /** All connections. */
  readonly connections: number;
  /** Pins that are the rebalancer's own. */
  pins = 0;
  /** Connections moved within the budget. */
  spent = 0;
  /** How often something was moved. */
  moves = 0;
  /** Slots that stay, while their server keeps anything. */
  readonly held: ReadonlySet<number>;
  /** Units that have been moved, in the order in which they were first. */
  readonly notes = new Map<number, Note>();

  constructor(input: PlanInput, fleet: Fleet, organizations: Organizations) {
    const { count, width } = fleet;
    this.fleet = fleet;
    this.organizations = organizations;
    this.held = input.held ?? new Set();
    this.used = fleet.base.slice();
    this.movable = new Float64Array(count);
    this.totals = new Float64Array(width);
    this.slotAt = holdersIn(input.table, fleet.ids);
    this.slotHome = this.slotAt.slice();
    this.slotConnections = input.slotConnections.slice();
    this.slotUsage = input.slotUsage.slice();
    this.organizationAt = organizations.pinned.slice();
    this.organizationHome = organizations.pinned.slice();
    this.slotsOf = new Members(count, SLOTS);
    this.pinsOf = new Members(count, organizations.count);
    this.readOrganizations();
    for (let slot = 0; slot < SLOTS; slot++) {
      const server = this.slotAt[slot]!;
      for (let d = 0; d < width; d++) this.totals[d]! += this.slotUsage[slot * width + d]!;
      if (server === NOBODY) continue;
      this.slotsOf.add(server, slot);
      this.carry(server, this.slotUsage, slot * width, 1);
      this.movable[server]! += this.slotConnections[slot]!;
    }
    this.connections =
      organizations.connections.reduce((sum, one) => sum + one, 0) +
      input.slotConnections.reduce((sum, one) => sum + one, 0);
  }

  private readOrganizations(): void {
    const { width } = this.fleet;
    const { count, slot, pinned, usage, connections, freedom } = this.organizations;
    for (let i = 0; i < count; i++) {
      const at = pinned[i]!;
      const inSlot = slot[i]!;
      if (at === WITH_SLOT) {
        this.organizationHome[i] = this.slotHome[inSlot]!;
        this.slotConnections[inSlot]! += connections[i]!;
        for (let d = 0; d < width; d++) this.slotUsage[inSlot * width + d]! += usage[i * width + d]!;
        continue;
      }
      this.carry(at, usage, i * width, 1);
      for (let d = 0; d < width; d++) this.totals[d]! += usage[i * width + d]!;
      if (freedom[i] !== FREE) continue;
      this.pins++;
      this.pinsOf.add(at, i);
      this.movable[at]! += connections[i]!;
    }
  }

  /** The server that has it; `NOBODY` where none has. */
  at(unit: number): number {
    if (unit < SLOTS) return this.slotAt[unit]!;
    const server = this.organizationAt[unit - SLOTS]!;
    return server === WITH_SLOT ? this.slotAt[this.organizations.slot[unit - SLOTS]!]! : server;
  }

  /** The server that had it before the plan. */
  home(unit: number): number {
    return unit < SLOTS ? this.slotHome[unit]! : this.organizationHome[unit - SLOTS]!;
  }

  connectionsOf(unit: number): number {
    return unit < SLOTS ? this.slotConnections[unit]! : this.organizations.connections[unit - SLOTS]!;
  }

  /** What it uses in one dimension. */
  usageOf(unit: number, dimension: number): number {
    const { width } = this.fleet;
    return unit < SLOTS
      ? this.slotUsage[unit * width + dimension]!
      : this.organizations.usage[(unit - SLOTS) * width + dimension]!;
  }

  /** Load of a server: the worst of its dimensions. */
  loadOf(server: number, factors = this.fleet.perShare): number {
    const at = server * this.fleet.width + this.worstDimension(server, factors);
    return this.used[at]! * factors[at]!;
  }

  worstDimension(server: number, factors = this.fleet.perShare): number {
    const { width } = this.fleet;
    let worst = 0;
    let most = -1;
    for (let d = 0, at = server * width; d < width; d++, at++) {
      const load = this.used[at]! * factors[at]!;
      if (load > most) {
        most = load;
        worst = d;
      }
    }
    return worst;
  }

  /** The worst of its dimensions, on this server if nothing else were there. */
  loadOn(unit: number, server: number): number {
    const { width, perShare } = this.fleet;
    let most = 0;
    for (let d = 0; d < width; d++) {
      most = Math.max(most, this.usageOf(unit, d) * perShare[server * width + d]!);
    }
    return most;
  }

  /** Whether the rebalancer may pin it, or move it that it has pinned. */
  mayPin(organization: number, mostPins: number): boolean {
    return (
      this.organizations.freedom[organization] === FREE &&
      (this.organizationAt[organization] !== WITH_SLOT || this.pins < mostPins)
    );
  }

  /** Keeps an organization where it is, whatever becomes of its slot. */
  pin(organization: number): void {
    const server = this.at(SLOTS + organization);
    if (this.organizationAt[organization] !== WITH_SLOT || server === NOBODY) return;
    this.leaveSlot(organization, server);
    this.enterPin(organization, server);
  }

  /** Moves it; nothing happens where it is there already. `charge`: what this costs of the budget. */
  move(unit: number, to: number, note: Note, charge: number): void {
    if (this.at(unit) === to) return;
    if (unit < SLOTS) this.moveSlot(unit, to);
    else this.moveOrganization(unit - SLOTS, to);
    this.spent += charge;
    this.moves++;
    if (!this.notes.has(unit)) this.notes.set(unit, note);
  }

  /** Pins that say what the slot says anyway go. */
  releasePins(): void {
    const { slot, freedom, count } = this.organizations;
    if (this.pins === 0) return;
    for (let i = 0; i < count; i++) {
      const at = this.organizationAt[i]!;
      if (at === WITH_SLOT || freedom[i] === FIXED || this.slotAt[slot[i]!] !== at) continue;
      this.leavePin(i, at);
      this.enterSlot(i, at);
    }
  }

  private moveSlot(slot: number, to: number): void {
    const from = this.slotAt[slot]!;
    const { width } = this.fleet;
    if (from !== NOBODY) {
      this.slotsOf.remove(from, slot);
      this.carry(from, this.slotUsage, slot * width, -1);
      this.movable[from]! -= this.slotConnections[slot]!;
    }
    this.slotAt[slot] = to;
    this.slotsOf.add(to, slot);
    this.carry(to, this.slotUsage, slot * width, 1);
    this.movable[to]! += this.slotConnections[slot]!;
  }

  private moveOrganization(organization: number, to: number): void {
    const slot = this.organizations.slot[organization]!;
    const from = this.organizationAt[organization]!;
    if (from === WITH_SLOT) this.leaveSlot(organization, this.slotAt[slot]!);
    else this.leavePin(organization, from);
    if (this.slotAt[slot] === to) this.enterSlot(organization, to);
    else this.enterPin(organization, to);
  }

  private enterPin(organization: number, server: number): void {
    this.organizationAt[organization] = server;
    this.pinsOf.add(server, organization);
    this.pins++;
    this.seat(organization, server, 1);
  }

  private leavePin(organization: number, server: number): void {
    this.pinsOf.remove(server, organization);
    this.pins--;
    this.seat(organization, server, -1);
  }

  private enterSlot(organization: number, server: number): void {
    this.organizationAt[organization] = WITH_SLOT;
    this.joinSlot(organization, 1);
    this.seat(organization, server, 1);
  }

  private leaveSlot(organization: number, server: number): void {
    this.joinSlot(organization, -1);
    if (server !== NOBODY) this.seat(organization, server, -1);
  }

  private joinSlot(organization: number, sign: 1 | -1): void {
    const { width } = this.fleet;
    const { slot, usage, connections } = this.organizations;
    const into = slot[organization]!;
    add(this.slotConnections, into, sign * connections[organization]!);
    for (let d = 0; d < width; d++) {
      add(this.slotUsage, into * width + d, sign * usage[organization * width + d]!);
    }
  }

  private seat(organization: number, server: number, sign: 1 | -1): void {
    this.carry(server, this.organizations.usage, organization * this.fleet.width, sign);
    this.movable[server]! += sign * this.organizations.connections[organization]!;
  }

  private carry(server: number, usage: Float64Array, at: number, sign: 1 | -1): void {
    const { width } = this.fleet;
    for (let d = 0; d < width; d++) this.used[server * width + d]! += sign * usage[at + d]!;
  }
}

/** What is left of a subtraction by rounding alone is nothing. */
function add(into: Float64Array, at: number, value: number): void {
  const sum = into[at]! + value;
  into[at] = Math.abs(sum) <= Math.abs(value) * 1e-12 ? 0 : sum;
}
