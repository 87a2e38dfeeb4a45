/** All that a decision about moves is made from, and what follows from it at once. Pure. */
import { unheardReplicas, type Fleet } from '../leader/fleet.ts';
import type { ServerHealth } from '../leader/health.ts';
import { unmovableKey, type Load, type ReportedFleet } from '../load/index.ts';
import type { Round } from '../model/index.ts';
import type { Assignment } from '../placement/types.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import { unmovable, type Trials } from './trials.ts';

/** A new leader hears of connections for so long before it concludes anything from there being none. Milliseconds. */
export const HEAR_MS = 5_000;
/** The average of all connections may differ by this part from what there are now. */
const UNSTEADY = 0.2;

/** The proxies' reports. */
export interface RebalancedFleet extends ReportedFleet {
  seatsOf(organization: string): readonly { readonly server: string; readonly connections: number }[];
}

export interface Picture {
  /** The replica's id. */
  readonly self: string;
  readonly state: ClusterState;
  readonly reports: RebalancedFleet;
  readonly fleet: Fleet;
  readonly health: ServerHealth;
  /** Servers that an assignment may name, as the leader has it. */
  readonly admitted: ReadonlySet<string>;
  /** The last moves, the last first. */
  readonly rounds: readonly Round[];
  /** By the leader's clock, in milliseconds; so is `electedAt`. */
  readonly now: number;
  readonly electedAt: number;
  /** Milliseconds since 1970. */
  readonly wallNow: number;
}

/** A picture of a cluster that has an assignment. */
export interface AssignedPicture extends Picture {
  readonly assignment: Assignment;
}

/** Devices are connected, or organizations ask for certain servers. */
export function hasLoad({ state }: Pick<Picture, 'state'>, load: Load | undefined): boolean {
  const { assignment, selectors } = state;
  if (assignment === undefined) return false;
  return selectors.size > 0 || assignment.ownPins.size > 0 || (load?.counted.connections ?? 0) > 0;
}

/** The load is known, or it is too early to say that there is none. */
export function isKnown(picture: Picture, load: Load | undefined): boolean {
  const { state, fleet, now, electedAt } = picture;
  if (state.assignment === undefined) return false;
  if (hasLoad(picture, load)) return true;
  return now - electedAt < HEAR_MS && fleet.proxies.some(({ applied }) => applied === undefined);
}

/** While devices come or go in numbers, what is uneven now is none of it in a minute. */
export function isSteady({ connections, counted }: Load): boolean {
  return Math.abs(connections - counted.connections) <= UNSTEADY * counted.connections;
}

/** A server is over the ceiling, and moves may help. */
export function isOver(load: Load, trials: Trials, ceiling: number): boolean {
  const stuck = unmovable(trials);
  return [...load.servers].some(([id, { dimensions }]) =>
    [...dimensions].some(
      ([name, { used, limit }]) => used / limit > ceiling && !stuck.has(unmovableKey(id, name)),
    ),
  );
}

/** By an operator, or by the brake. */
export function isStopped({ rebalancing, verdicts }: ClusterState): boolean {
  return rebalancing.paused || verdicts.brake.engaged;
}

/** Nobody has stopped rounds, and a new leader has heard of all proxies. */
export function mayMove({ self, state, fleet, now, electedAt }: Picture): boolean {
  if (isStopped(state)) return false;
  if (now - electedAt < Math.min(HEAR_MS, state.settings.roundIntervalMs)) return false;
  return unheardReplicas(self, state, fleet).length === 0;
}
