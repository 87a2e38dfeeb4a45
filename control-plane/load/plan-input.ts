/** From what is known of the fleet's load to what the planner asks for. Pure. */
import type { PlacementServer } from '../placement/assignment.ts';
import { slotOf } from '../placement/slot.ts';
import { SLOTS, type SlotTable } from '../placement/types.ts';
import type { PlanInput, PlanOptions, PlanOrganization, PlanServer } from '../plan/types.ts';
import { dimensionsOf, type Load } from './load.ts';
import type { ReportedFleet } from './seats.ts';
import { sharesOf, type Share } from './shares.ts';
import { CONNECTIONS } from './usage.ts';

type Labels = Readonly<Record<string, string>>;

export interface LoadedFleet {
  readonly load: Load;
  readonly fleet: ReportedFleet;
  readonly table: SlotTable;
  /** That may be named; what others have goes to them. */
  readonly servers: readonly PlacementServer[];
  readonly labelsOf: (server: string) => Labels;
  /** What people want, quarantines among it: organization → server. */
  readonly pins: ReadonlyMap<string, string>;
  /** The rebalancer's own. */
  readonly ownPins: ReadonlyMap<string, string>;
  /** By organization: labels that its server must have. */
  readonly selectors: ReadonlyMap<string, Labels>;
  readonly heldSlots: ReadonlySet<number>;
  readonly heldOrganizations: ReadonlySet<string>;
  /** See `unmovableKey`. */
  readonly unmovable: ReadonlySet<string>;
}

export interface PlanWish {
  /** Share of all connections that may move. */
  readonly budget: number;
  /**
   * Organizations with this part of what a server has on average are told apart from the others of their slot. 0: all are,
   * as a round needs it; a look at how even the load is needs only the large ones.
   */
  readonly toldApart: number;
  /** Connections that are on their way anyway: they count against the budget. */
  readonly onTheWay?: number;
  readonly options: Omit<PlanOptions, 'even'>;
  /** Share of the limits that connections count as at least, for evenness. */
  readonly leastLoad: number;
}

const NO_LABELS: Labels = {};

export function planInput(known: LoadedFleet, wish: PlanWish): PlanInput {
  const { load, table, servers, labelsOf } = known;
  const dimensions = dimensionsOf(load);
  const shares = sharesOf(load, dimensions, known.unmovable);
  const none = dimensions.map(() => 0);
  const seats = new SeatSums(known, dimensions, shares, wish.toldApart);
  return {
    dimensions,
    servers: servers.map(({ id, weight, state }): PlanServer => {
      const its = load.servers.get(id)?.dimensions;
      return {
        id,
        state,
        weight,
        limits: dimensions.map((name) => its?.get(name)?.limit ?? Infinity),
        base: shares.get(id)?.base ?? none,
        labels: labelsOf(id),
      };
    }),
    table,
    ...seats.sum(),
    held: known.heldSlots,
    budget: Math.max(0, wish.budget * load.connections - (wish.onTheWay ?? 0)),
    options: { ...wish.options, even: { dimension: CONNECTIONS, least: wish.leastLoad } },
  };
}

/** Sums organizations up by slot, and tells those apart that matter on their own. */
class SeatSums {
  private readonly slotConnections: Float64Array;
  private readonly slotUsage: Float64Array;
  private readonly organizations: PlanOrganization[] = [];
  private readonly left: Set<string>;
  /** Connections from which on an organization is told apart. */
  private readonly least: number;
  // The organization at hand: its seats come one after the other.
  private id: string | undefined;
  private slot = 0;
  private connections = 0;
  private readonly usage: Float64Array;
  private readonly atConnections: number;

  constructor(
    private readonly known: LoadedFleet,
    private readonly dimensions: readonly string[],
    private readonly shares: ReadonlyMap<string, Share>,
    toldApart: number,
  ) {
    const { load, servers, pins, ownPins, selectors } = known;
    this.slotConnections = load.bySlot.slice();
    this.slotUsage = new Float64Array(SLOTS * dimensions.length);
    this.usage = new Float64Array(dimensions.length);
    this.atConnections = dimensions.indexOf(CONNECTIONS);
    this.least = (toldApart * load.connections) / Math.max(1, servers.length);
    this.left = new Set([...pins.keys(), ...ownPins.keys(), ...selectors.keys()]);
  }

  sum(): Pick<PlanInput, 'slotConnections' | 'slotUsage' | 'organizations'> {
    const { known, dimensions, slotConnections, slotUsage } = this;
    const { fleet, load } = known;
    const width = dimensions.length;
    const { organizations, slots, servers, connections, bytes, ids } = load.counted.seats;
    const shares = ids.map((id) => this.shares.get(id));
    for (let i = 0; i < organizations.length; i++) {
      const id = organizations[i]!;
      if (id !== this.id) {
        this.finish();
        this.id = id;
        this.slot = slots[i]!;
      }
      this.connections += connections[i]!;
      this.add(this.usage, 0, shares[servers[i]!], connections[i]!, bytes[i]!);
    }
    this.finish();
    for (const { slot, server, connections, named } of fleet.slotCounts()) {
      if (connections > named)
        this.add(slotUsage, slot * width, this.shares.get(server), connections - named, 0);
    }
    for (const id of this.left)
      this.organizations.push(
        this.told(
          id,
          slotOf(id),
          0,
          dimensions.map(() => 0),
        ),
      );
    const at = dimensions.indexOf(CONNECTIONS);
    for (let slot = 0; slot < SLOTS; slot++) {
      // Less than a hundredth is what subtraction leaves.
      if (slotConnections[slot]! < 0.01) slotConnections[slot] = 0;
      slotUsage[slot * width + at] = slotConnections[slot]!;
    }
    return { slotConnections, slotUsage, organizations: this.organizations };
  }

  private add(
    into: Float64Array,
    at: number,
    share: Share | undefined,
    connections: number,
    bytes: number,
  ): void {
    if (share === undefined) return;
    for (let d = 0; d < this.dimensions.length; d++) {
      into[at + d]! += connections * share.perConnection[d]! + bytes * share.perByte[d]!;
    }
  }

  private finish(): void {
    const { id, slot, known, usage, slotUsage } = this;
    if (id === undefined) return;
    const { bySlot, counted } = known.load;
    const now = counted.bySlot[slot]!;
    // Its share of what its slot has now, of what that has on average.
    const connections = now > 0 ? this.connections * (bySlot[slot]! / now) : 0;
    const isSpecial = this.left.size > 0 && this.left.delete(id);
    const width = this.dimensions.length;
    if (isSpecial || connections >= this.least) {
      this.slotConnections[slot]! -= connections;
      const its = new Array<number>(width);
      for (let d = 0; d < width; d++) its[d] = usage[d]!;
      its[this.atConnections] = connections;
      // Nearly all are plain: to spread what they have not would take most of the time.
      const isPlain = !isSpecial && !known.heldOrganizations.has(id);
      const one = isPlain ? { id, slot, connections, usage: its } : this.told(id, slot, connections, its);
      this.organizations.push(one);
    } else {
      for (let d = 0; d < width; d++) slotUsage[slot * width + d]! += usage[d]!;
    }
    usage.fill(0);
    this.connections = 0;
  }

  private told(id: string, slot: number, connections: number, usage: readonly number[]): PlanOrganization {
    const { pins, ownPins, selectors, heldOrganizations } = this.known;
    const wanted = pins.get(id);
    const own = ownPins.get(id);
    const selector = selectors.get(id);
    const pin =
      wanted !== undefined
        ? ({ server: wanted, by: 'person' } as const)
        : own !== undefined
          ? ({ server: own, by: 'rebalancer' } as const)
          : undefined;
    return {
      id,
      slot,
      connections,
      usage,
      ...(pin === undefined ? {} : { pin }),
      ...(selector === undefined ? {} : { selector }),
      ...(heldOrganizations.has(id) ? { held: true } : {}),
    };
  }
}

/** For servers without labels. */
export function labelsOf(labels: Labels | undefined): Labels {
  return labels ?? NO_LABELS;
}
