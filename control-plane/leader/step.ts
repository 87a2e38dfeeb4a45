/**
 * What the leader does next, as a pure function: route first, drain second (docs/decisions/0009).
 *
 * Each step sees the state of the cluster and of the fleet, and gives at most one write. Whoever runs it makes sure that
 * only one write is under way, and calls again when that has ended, when anything has changed, and at `wakeAt`.
 */
import type { Assignment } from '../model/index.ts';
import {
  nextAssignment,
  raiseDrain,
  type NextAssignment,
  type SuspendedPin,
  type Wanted,
} from '../placement/assignment.ts';
import { isLoaded, type ClusterState } from '../state/cluster-state.ts';
import type { AdoptionInput } from '../placement/adopt.ts';
import type { Proposal, RebalanceView } from '../rebalance/proposal.ts';
import type { HealOrder, Relocation } from '../scan/index.ts';
import type { Revision } from '../store/store.ts';
import { currentKey } from '../store/chunks.ts';
import { ASSIGNMENT } from '../model/index.ts';
import { admit } from './admission.ts';
import { ALL_ALIVE, type ServerHealth } from './health.ts';
import {
  comparePositions,
  highestOf,
  highestVersion,
  routesBy,
  unheardReplicas,
  type Fleet,
  type Position,
} from './fleet.ts';
import { adoptedPins, adoptionFor, balanceBudget, relocationsFor } from './moving.ts';
import { describeOrders, nextOrders } from './orders.ts';
import { isByNumber } from './regime.ts';
import { joiningOf, pinsWanted, wantedServers } from './wanted.ts';

/** What the leader remembers between steps; gone with its office. Times in milliseconds of its clock. */
export interface LeaderMemory {
  /** The epoch of what it has written; undefined: nothing yet. */
  readonly epoch: bigint | undefined;
  /** Servers that wait to be seen healthy, and since when. */
  readonly joining: ReadonlyMap<string, number>;
  /** Servers that were seen healthy, or waited for long enough. */
  readonly admitted: ReadonlySet<string>;
  /** Since when the table in force waits for the proxies. */
  readonly routing: { readonly tableVersion: bigint; readonly since: number } | undefined;
  /** When a part of what belongs to a server that has come back was last moved. */
  readonly balancedAt: number | undefined;
}

export const NEW_LEADER: LeaderMemory = {
  epoch: undefined,
  joining: new Map(),
  admitted: new Set(),
  routing: undefined,
  balancedAt: undefined,
};

export interface StepInput {
  /** Of this replica: it always hears itself. */
  readonly self: string;
  readonly state: ClusterState;
  readonly fleet: Fleet;
  /** Default: all servers live. */
  readonly health?: ServerHealth;
  /** Where connections sit, by slot and actual server. Asked when a server has died. */
  readonly slotCounts?: () => AdoptionInput['slotCounts'];
  /** The last scan's orders to go home. Default: none. */
  readonly heals?: readonly HealOrder[];
  /** Slots that the last scan found to be out of reach for too long. Default: none. */
  readonly relocations?: readonly Relocation[];
  /** What is to move by load; undefined: the load is not known. Default: it is not. */
  readonly rebalance?: RebalanceView | undefined;
  readonly memory: LeaderMemory;
  readonly now: number;
  /** Milliseconds since 1970. */
  readonly wallClockMs: number;
}

/** Something that the leader waits for. */
export type Waiting =
  /** No assignment is written: there is no server that could have slots. */
  | { readonly for: 'server' }
  /** Proxies have not seen a server healthy. */
  | { readonly for: 'health'; readonly server: string; readonly proxies: readonly string[] }
  /** Proxies have not applied the table in force; connections stay where they are. */
  | { readonly for: 'routing'; readonly tableVersion: bigint; readonly proxies: readonly string[] }
  /** Replicas that have not told of their proxies. */
  | { readonly for: 'replicas'; readonly replicas: readonly string[] }
  /** A draining server keeps its slots: no other server could take them. */
  | { readonly for: 'takers'; readonly server: string };

/** A write that the leader is to make. */
export interface AssignmentWrite {
  readonly assignment: Assignment;
  /** What it replaces. */
  readonly expected: Revision;
  /**
   * `route`: where organizations belong has changed; `drain`: connections may follow now; `orders`: nothing but the orders
   * has changed.
   */
  readonly kind: 'route' | 'drain' | 'orders';
  /** For people. */
  readonly reason: string;
  readonly movedSlots: number;
  /** Proxies that were not waited for any longer. */
  readonly late: readonly string[];
  readonly suspendedPins: readonly SuspendedPin[];
  /** What the rebalancer asked for, as far as this makes it so. */
  readonly proposal?: Proposal | undefined;
}

export interface Step {
  readonly memory: LeaderMemory;
  readonly write: AssignmentWrite | undefined;
  readonly waiting: readonly Waiting[];
  /** When time alone may change the answer. */
  readonly wakeAt: number | undefined;
}

export function nextStep(input: StepInput): Step {
  const { self, state, fleet, memory } = input;
  if (!isLoaded(state)) return { memory, write: undefined, waiting: [], wakeAt: undefined };
  const step = withOrders(input, route(input, admitServers(input)));
  const missing = unheardReplicas(self, state, fleet);
  if (missing.length === 0 || step.wakeAt === undefined) return step;
  return { ...step, waiting: [...step.waiting, { for: 'replicas', replicas: missing }] };
}

interface Admitted {
  readonly memory: LeaderMemory;
  readonly late: readonly string[];
  readonly waiting: readonly Waiting[];
  readonly wakeAt: number | undefined;
}

function admitServers(input: StepInput): Admitted {
  const { state, fleet, memory, now } = input;
  // Who has no assignment at all need not wait for whom it does not know: there is nothing that could be split.
  const isComplete = unheardReplicas(input.self, state, fleet).length === 0 || state.assignment === undefined;
  const joining = new Map<string, number>();
  const admitted = new Set<string>();
  const late = new Set<string>();
  const waiting: Waiting[] = [];
  let wakeAt = Infinity;
  for (const server of joiningOf(state)) {
    if (memory.admitted.has(server)) {
      admitted.add(server);
      continue;
    }
    const since = memory.joining.get(server) ?? now;
    const waitMs = state.settings.proxyWaitMs;
    const admission = admit({ joining: { server, since }, fleet, isComplete, now, waitMs });
    if (admission.verdict === 'admitted') {
      admitted.add(server);
      for (const proxy of admission.late) late.add(proxy);
    } else {
      joining.set(server, since);
      waiting.push({ for: 'health', server, proxies: admission.blind });
      wakeAt = Math.min(wakeAt, admission.until ?? Infinity);
    }
  }
  return {
    memory: { ...memory, joining, admitted },
    late: [...late],
    waiting,
    wakeAt: wakeAt === Infinity ? undefined : wakeAt,
  };
}

/** The next assignment, if organizations are to belong elsewhere than the one in force says; or what follows that. */
function route(input: StepInput, { memory, late, waiting, wakeAt }: Admitted): Step {
  const { state, fleet, now, health = ALL_ALIVE } = input;
  const previous = state.assignment;
  const { servers, stuck } = wantedServers(state, memory.admitted, health);
  const held: Waiting[] = [...waiting, ...stuck.map((server) => ({ for: 'takers', server }) as const)];
  if (!servers.some(({ weight }) => weight > 0)) {
    return { memory, write: undefined, waiting: [...held, { for: 'server' }], wakeAt };
  }
  const pins = pinsWanted(state);
  const highest = highestOf(fleet);
  // Proxies have what this etcd knows nothing of. What is in force would be old to them, or mistaken for it.
  const isForeign =
    highest !== undefined &&
    (previous === undefined ||
      comparePositions(highest, previous) > 0 ||
      highestVersion(fleet) > previous.version);
  const isStored =
    previous !== undefined && state.assignmentRevision > 0 && !state.invalid.has(currentKey(ASSIGNMENT));
  const { budget, until } = balanceBudget(input, memory);
  const adopt = adoptionFor(input, servers);
  const relocate = relocationsFor(input, servers);
  const rebalance = isByNumber(previous, servers, health) ? undefined : input.rebalance;
  const asked = rebalance?.proposal;
  // What a death or a partition moves comes first: the plan knew nothing of it.
  const isInTime = asked?.basis === previous?.tableVersion && adopt === undefined && relocate === undefined;
  const proposal = isInTime ? asked : undefined;
  const wanted = {
    ...{ servers, pins, dead: health.dead, adopt, relocate, budget },
    ownPins: proposal?.ownPins ?? adoptedPins(input, servers),
    planned: rebalance && (proposal?.slots ?? NOTHING_PLANNED),
    full: rebalance?.full,
  };
  const same = previous && nextAssignment(previous, { ...wanted, epoch: previous.epoch });
  if (same?.changed === false && !isForeign && isStored) {
    const again = same.isBalanced ? wakeAt : earliest(wakeAt, until);
    return drain(input, { memory, waiting: held, wakeAt: again });
  }
  const epoch = epochFor(input, highest);
  const isSameEpoch = same !== undefined && epoch === previous?.epoch;
  const next = isSameEpoch ? same : nextAssignment(previous, { ...wanted, epoch });
  const assignment = beyond(next.assignment, highestVersion(fleet), isForeign);
  return {
    memory: {
      ...memory,
      epoch,
      routing: { tableVersion: assignment.tableVersion, since: now },
      balancedAt: next.moves.length > 0 ? now : memory.balancedAt,
    },
    write: {
      assignment,
      expected: state.assignmentRevision,
      kind: 'route',
      reason: reasonFor(previous, next, { isForeign, isStored, dead: health.dead, relocate, proposal }),
      proposal,
      movedSlots: next.moves.length,
      late,
      suspendedPins: next.suspendedPins,
    },
    waiting: held,
    wakeAt,
  };
}

const NOTHING_PLANNED: NonNullable<Wanted['planned']> = new Map();

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

/**
 * Higher than any that is stored or that a proxy has reported, unless it is this leader's own. Where nothing is stored, at
 * least the seconds since 1970: that is higher than what any proxy can have of an etcd that was emptied, also of those
 * that have not reported yet.
 */
function epochFor({ state, memory, wallClockMs }: StepInput, highest: Position | undefined): bigint {
  const stored = state.assignment?.epoch ?? BigInt(Math.floor(wallClockMs / 1000)) - 1n;
  const reported = highest?.epoch ?? 0n;
  const others = stored > reported ? stored : reported;
  return memory.epoch !== undefined && memory.epoch >= others ? memory.epoch : others + 1n;
}

/** The assignment with a version beyond `floor`. */
function beyond(assignment: Assignment, floor: bigint, isForeign: boolean): Assignment {
  const version = assignment.version > floor ? assignment.version : floor + 1n;
  // Proxies may route by a table that nobody here knows: to them this one is new.
  const isNewTable = isForeign || assignment.tableVersion === assignment.version;
  return { ...assignment, version, tableVersion: isNewTable ? version : assignment.tableVersion };
}

interface Circumstances {
  readonly isForeign: boolean;
  readonly isStored: boolean;
  readonly dead: ReadonlySet<string>;
  readonly relocate: ReadonlyMap<number, string> | undefined;
  readonly proposal: Proposal | undefined;
}

function reasonFor(
  previous: Assignment | undefined,
  { assignment, moves }: NextAssignment,
  { isForeign, isStored, dead, relocate, proposal }: Circumstances,
): string {
  const before = new Set(previous?.servers);
  const after = new Set(assignment.servers);
  const joined = [...after].filter((id) => !before.has(id));
  const gone = [...before].filter((id) => !after.has(id));
  const died = gone.filter((id) => dead.has(id));
  const left = gone.filter((id) => !dead.has(id));
  const reasons = [
    joined.length > 0 ? `${joined.join(', ')} joined` : undefined,
    died.length > 0 ? `${died.join(', ')} died` : undefined,
    left.length > 0 ? `${left.join(', ')} left` : undefined,
    isForeign ? 'proxies have a later assignment than the one that is stored' : undefined,
    !isForeign && !isStored && previous !== undefined ? 'the stored assignment is gone' : undefined,
    proposal?.reason,
  ].filter((reason) => reason !== undefined);
  if (reasons.length > 0) return reasons.join('; ');
  if (moves.some(({ slot, to }) => relocate?.get(slot) === to && to !== undefined)) {
    return 'proxies have not reached the servers of these slots for too long';
  }
  return moves.length > 0 ? 'the servers have changed' : 'the pins have changed';
}

/** The orders go with every write; where nothing else is to be written, they are written when they differ. */
function withOrders(input: StepInput, step: Step): Step {
  const { state, fleet, health = ALL_ALIVE, heals = [], now, wallClockMs } = input;
  const before = step.write?.assignment ?? state.assignment;
  if (before === undefined) return step;
  // What is not stored yet, or any more, is written by `route`.
  if (step.write === undefined && state.assignmentRevision === 0) return step;
  const version = step.write === undefined ? before.version + 1n : before.version;
  const { orders: previous } = before;
  const orders = nextOrders({ previous, version, table: before, state, health, heals });
  const expiry = Math.min(...heals.map(({ expiresAtMs }) => now + Math.max(0, expiresAtMs - wallClockMs)));
  const wakeAt = expiry === Infinity ? step.wakeAt : earliest(step.wakeAt, expiry);
  if (step.write !== undefined) {
    return { ...step, wakeAt, write: { ...step.write, assignment: { ...before, orders } } };
  }
  if (orders === previous) return { ...step, wakeAt };
  const epoch = epochFor(input, highestOf(fleet));
  return {
    ...step,
    wakeAt,
    memory: { ...step.memory, epoch },
    write: {
      assignment: { ...before, epoch, version, orders },
      expected: state.assignmentRevision,
      kind: 'orders',
      reason: describeOrders(orders),
      movedSlots: 0,
      late: [],
      suspendedPins: [],
    },
  };
}

/** Lets connections follow the table in force, once every proxy routes by it. */
function drain(input: StepInput, { memory: before, waiting, wakeAt }: Omit<Admitted, 'late'>): Step {
  const { state, fleet, now } = input;
  const { assignment } = state;
  if (assignment === undefined || assignment.drainUpTo >= assignment.tableVersion) {
    return { memory: { ...before, routing: undefined }, write: undefined, waiting, wakeAt };
  }
  const { tableVersion } = assignment;
  const routing =
    before.routing?.tableVersion === tableVersion ? before.routing : { tableVersion, since: now };
  const memory = { ...before, routing };
  const late = fleet.proxies.filter((proxy) => !routesBy(proxy, assignment)).map(({ id }) => id);
  const until = routing.since + state.settings.proxyWaitMs;
  const isDone = late.length === 0 && unheardReplicas(input.self, state, fleet).length === 0;
  if (!isDone && now < until) {
    return {
      memory,
      write: undefined,
      waiting: [...waiting, { for: 'routing', tableVersion, proxies: late }],
      wakeAt: Math.min(until, wakeAt ?? Infinity),
    };
  }
  const epoch = epochFor(input, highestOf(fleet));
  return {
    memory: { ...memory, epoch },
    write: {
      assignment: { ...raiseDrain(assignment, tableVersion), epoch },
      expected: state.assignmentRevision,
      kind: 'drain',
      reason: late.length === 0 ? 'every proxy routes by the new table' : 'the time is up',
      movedSlots: 0,
      late,
      suspendedPins: [],
    },
    waiting,
    wakeAt,
  };
}
