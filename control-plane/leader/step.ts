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
} from '../placement/assignment.ts';
import { isLoaded, type ClusterState } from '../state/cluster-state.ts';
import { ON_THE_WAY } from '../placement/balance.ts';
import { adoption, type AdoptionInput } from '../placement/adopt.ts';
import type { Revision } from '../store/store.ts';
import { admit } from './admission.ts';
import { ALL_ALIVE, type ServerHealth } from './health.ts';
import { comparePositions, highestOf, highestVersion, routesBy, type Fleet, type Position } from './fleet.ts';
import { joiningOf, wantedServers } from './wanted.ts';

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

/** Between two parts of what belongs to a server that has come back, in milliseconds. */
const BALANCE_INTERVAL_MS = 10_000;

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
  /** `route`: where organizations belong has changed; `drain`: connections may follow now. */
  readonly kind: 'route' | 'drain';
  /** For people. */
  readonly reason: string;
  readonly movedSlots: number;
  /** Proxies that were not waited for any longer. */
  readonly late: readonly string[];
  readonly suspendedPins: readonly SuspendedPin[];
}

export interface Step {
  readonly memory: LeaderMemory;
  readonly write: AssignmentWrite | undefined;
  readonly waiting: readonly Waiting[];
  /** When time alone may change the answer. */
  readonly wakeAt: number | undefined;
}

export function nextStep(input: StepInput): Step {
  const { state, memory } = input;
  if (!isLoaded(state)) return { memory, write: undefined, waiting: [], wakeAt: undefined };
  const step = route(input, admitServers(input));
  const missing = missingReplicas(input);
  if (missing.length === 0 || step.wakeAt === undefined) return step;
  return { ...step, waiting: [...step.waiting, { for: 'replicas', replicas: missing }] };
}

/** Replicas that run and have not told this one about their proxies. */
function missingReplicas({ self, state, fleet }: StepInput): string[] {
  return [...state.replicas.keys()].filter((id) => id !== self && !fleet.heardReplicas.has(id));
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
  const isComplete = missingReplicas(input).length === 0 || state.assignment === undefined;
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
  const pins = new Map([...state.pins].map(([organization, { value }]) => [organization, value.server]));
  const highest = highestOf(fleet);
  // Proxies have what this etcd knows nothing of. What is in force would be old to them, or mistaken for it.
  const isForeign =
    highest !== undefined &&
    (previous === undefined ||
      comparePositions(highest, previous) > 0 ||
      highestVersion(fleet) > previous.version);
  const isStored = previous !== undefined && state.assignmentRevision > 0;
  const { budget, until } = balanceBudget(input, memory);
  const wanted = { servers, pins, dead: health.dead, adopt: adoptionFor(input, servers), budget };
  const same = previous && nextAssignment(previous, { ...wanted, epoch: previous.epoch });
  if (same?.changed === false && !isForeign && isStored) {
    const again = same.isBalanced ? wakeAt : earliest(wakeAt, until);
    return drain(input, { memory, waiting: held, wakeAt: again });
  }
  const epoch = epochFor(input, highest);
  const next = nextAssignment(previous, { ...wanted, epoch });
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
      reason: reasonFor(previous, next, { isForeign, isStored, dead: health.dead }),
      movedSlots: next.moves.length,
      late,
      suspendedPins: next.suspendedPins,
    },
    waiting: held,
    wakeAt,
  };
}

/** Where the slots of servers that died go; undefined where none has any. */
function adoptionFor(
  { state, health = ALL_ALIVE, slotCounts }: StepInput,
  servers: readonly { readonly id: string }[],
): ((slot: number) => string | undefined) | undefined {
  const { assignment } = state;
  const staying = new Set(servers.map(({ id }) => id));
  const dead = assignment?.servers.filter((id) => health.dead.has(id) && !staying.has(id)) ?? [];
  if (assignment === undefined || dead.length === 0) return undefined;
  const living = [...state.servers.keys()].filter((id) => !health.dead.has(id));
  return adoption({ dead, previous: assignment, living, slotCounts: slotCounts?.() ?? [] });
}

/**
 * How many slots may leave servers that live, and when to ask again. Any number, but for what comes back to a server that
 * was dead: that is a part at a time, and the next one when connections have been allowed to follow the last.
 */
function balanceBudget(
  { state, health = ALL_ALIVE, now }: StepInput,
  { balancedAt }: LeaderMemory,
): { budget: number; until: number | undefined } {
  const { assignment, settings } = state;
  // What was begun slowly ends slowly.
  const isOnTheWay = assignment?.balancedFor === ON_THE_WAY;
  if (health.returning.size === 0 && !isOnTheWay) return { budget: Infinity, until: undefined };
  const until = (balancedAt ?? -Infinity) + BALANCE_INTERVAL_MS;
  const isFollowed = assignment === undefined || assignment.drainUpTo >= assignment.tableVersion;
  if (now < until || !isFollowed) return { budget: 0, until: Math.max(until, now + 1_000) };
  const parts = (60_000 / BALANCE_INTERVAL_MS) | 0;
  return {
    budget: Math.max(1, Math.floor(settings.returningSlotsPerMinute / parts)),
    until: now + BALANCE_INTERVAL_MS,
  };
}

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
}

function reasonFor(
  previous: Assignment | undefined,
  { assignment, moves }: NextAssignment,
  { isForeign, isStored, dead }: Circumstances,
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
  ].filter((reason) => reason !== undefined);
  if (reasons.length > 0) return reasons.join('; ');
  return moves.length > 0 ? 'the servers have changed' : 'the pins have changed';
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
  const isDone = late.length === 0 && missingReplicas(input).length === 0;
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
