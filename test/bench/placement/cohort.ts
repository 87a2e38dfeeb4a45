/**
 * Cohort's planner, round by round, as the leader has it plan: the slot table and the planner's own pins are all it remembers.
 * A server that is missing is drained; the budget is 5% of the connections a round.
 */
import { adoption } from '../../../control-plane/placement/adopt.ts';
import { initialTable } from '../../../control-plane/placement/table.ts';
import { SLOTS } from '../../../control-plane/placement/types.ts';
import type { SlotTable } from '../../../control-plane/placement/types.ts';
import { plan } from '../../../control-plane/plan/plan.ts';
import type { Plan, PlanInput, PlanOrganization, PlanServer } from '../../../control-plane/plan/types.ts';
import { sum } from './placer.ts';
import type { Contender, Placement, Placer } from './placer.ts';
import { serverId } from './world.ts';
import type { Organizations } from './world.ts';

/** Share of the connections, a round. */
export const BUDGET = 0.05;

export interface CohortOptions {
  /** Connections that a server can carry. Default: more than there are, so that evenness is all there is. */
  readonly limit?: number;
  /**
   * An organization is told apart from the others of its slot when it has this share of what a server has on average.
   * Default 0: all are. Others move with their slot alone, so that a server gives in larger pieces than it need.
   */
  readonly toldApart?: number;
  /** Worst over mean that the planner comes down to, and above which it moves anything for the balance. Default: its own. */
  readonly target?: number;
  readonly threshold?: number;
}

export const cohort = cohortWith();

export function cohortWith(options: CohortOptions = {}, name = 'Cohort'): Contender {
  return { name, start: (organizations) => new Cohort(organizations, options) };
}

/** What the planner remembers from round to round. */
export interface Memory {
  readonly table: SlotTable;
  /** Organization → server. */
  readonly pins: ReadonlyMap<string, string>;
}

export class Cohort implements Placer {
  /** Of the last round. */
  last: Plan | undefined;
  private memory: Memory | undefined;
  private readonly organizations: Organizations;
  private readonly options: CohortOptions;

  constructor(organizations: Organizations, options: CohortOptions = {}, memory?: Memory) {
    this.organizations = organizations;
    this.options = options;
    this.memory = memory;
  }

  copy(): Cohort {
    return new Cohort(this.organizations, this.options, this.memory);
  }

  round(living: readonly number[], connections: Float64Array): Placement {
    this.memory ??= { table: tableFor(living), pins: new Map() };
    this.last = plan(inputOf(this.organizations, this.memory, living, connections, this.options));
    this.memory = { table: this.last.table, pins: this.last.pins };
    return placementOf(this.organizations, this.memory);
  }

  /** As the leader does it: the slots of a dead server go to where the proxies' ring has sent their devices. */
  lost(server: number, living: readonly number[]): Placement {
    const { table, pins } = this.memory!;
    const ids = living.map(serverId).sort();
    const adopt = adoption({ dead: [serverId(server)], previous: table, living: ids, slotCounts: [] });
    const numbers = new Map(ids.map((id, number) => [id, number]));
    const slots = table.slots.map((at, slot) => numbers.get(adopt(slot) ?? table.servers[at]!)!);
    // A pin to a dead server is not in force: its organization goes with its slot.
    const kept = [...pins].filter(([, at]) => at !== serverId(server));
    this.memory = { table: { servers: ids, slots }, pins: new Map(kept) };
    return placementOf(this.organizations, this.memory);
  }
}

export function tableFor(living: readonly number[]): SlotTable {
  return initialTable(living.map((server) => ({ id: serverId(server), weight: 1 })));
}

/** What the leader would hand to the planner: organizations that are told apart, and all others summed up by slot. */
export function inputOf(
  { ids, slots }: Organizations,
  { table, pins }: Memory,
  living: readonly number[],
  connections: Float64Array,
  options: CohortOptions = {},
): PlanInput {
  const total = sum(connections);
  const least = ((options.toldApart ?? 0) * total) / living.length;
  const slotConnections = new Float64Array(SLOTS);
  const organizations: PlanOrganization[] = [];
  for (let i = 0; i < connections.length; i++) {
    const size = connections[i]!;
    const at = pins.get(ids[i]!);
    if (size < least && at === undefined) {
      slotConnections[slots[i]!]! += size;
      continue;
    }
    organizations.push({
      id: ids[i]!,
      slot: slots[i]!,
      connections: size,
      usage: [size],
      ...(at !== undefined && { pin: { server: at, by: 'rebalancer' as const } }),
    });
  }
  return {
    dimensions: ['connections'],
    servers: serversOf(table, pins, living, options.limit ?? 2 * total),
    table,
    slotConnections,
    slotUsage: slotConnections,
    organizations,
    budget: BUDGET * total,
    options: {
      ...(options.target !== undefined && { target: options.target }),
      ...(options.threshold !== undefined && { threshold: options.threshold }),
    },
  };
}

/** The living ones, and those that have something and are to be emptied. */
function serversOf(
  table: SlotTable,
  pins: ReadonlyMap<string, string>,
  living: readonly number[],
  limit: number,
): PlanServer[] {
  const server = (id: string, state: PlanServer['state']): PlanServer => ({
    id,
    state,
    limits: [limit],
    base: [0],
    labels: {},
  });
  const active = new Set(living.map(serverId));
  const used = new Set([...table.servers, ...pins.values()]);
  return [
    ...[...active].map((id) => server(id, 'active')),
    ...[...used].filter((id) => !active.has(id)).map((id) => server(id, 'draining')),
  ];
}

function placementOf({ ids, slots }: Organizations, { table, pins }: Memory): Placement {
  const numbers = new Map<string, number>();
  const numberOf = (id: string): number => {
    let number = numbers.get(id);
    if (number === undefined) numbers.set(id, (number = Number(id.slice(id.lastIndexOf('-') + 1))));
    return number;
  };
  const bySlot = Int32Array.from(table.slots, (at) => numberOf(table.servers[at]!));
  const placement = new Int32Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    const pin = pins.size === 0 ? undefined : pins.get(ids[i]!);
    placement[i] = pin === undefined ? bySlot[slots[i]!]! : numberOf(pin);
  }
  return placement;
}
