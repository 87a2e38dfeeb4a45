/** What the rebalancer's plan is made from, and what it is. Plain values; no I/O, no clock, no chance. */
import type { SlotTable } from '../placement/types.ts';

/** A server as the plan sees it. */
export interface PlanServer {
  readonly id: string;
  /** `active`: gives and gets. `suspect`: keeps what it has, gets nothing. `draining`: gives everything away. */
  readonly state: 'active' | 'suspect' | 'draining';
  /** By dimension, in the order of `PlanInput.dimensions`: what it can carry, in that dimension's unit. `Infinity`: no limit. */
  readonly limits: readonly number[];
  /** By dimension: what it uses whatever sits on it, and no move frees. */
  readonly base: readonly number[];
  /** Its part of what `PlanOptions.even` evens out, against the others', where nobody has a limit of that. Default 1. */
  readonly weight?: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** An organization that is told apart from the others of its slot: it is big, pinned, or may not be everywhere. */
export interface PlanOrganization {
  readonly id: string;
  readonly slot: number;
  readonly connections: number;
  /** By dimension: what it uses, wherever it sits. */
  readonly usage: readonly number[];
  /** Where it is instead of where its slot is. A person's pin is never moved. */
  readonly pin?: { readonly server: string; readonly by: 'person' | 'rebalancer' };
  /** Labels that its server must have. */
  readonly selector?: Readonly<Record<string, string>>;
  /** It stays where it is, unless its server gives everything away: somebody wants that. */
  readonly held?: boolean;
}

export interface PlanInput {
  /** Names of the dimensions, such as `connections`, `bytes`, `cpu`, `memory`. */
  readonly dimensions: readonly string[];
  readonly servers: readonly PlanServer[];
  readonly table: SlotTable;
  /** By slot: connections of all organizations that `organizations` does not tell apart. 16384 numbers. */
  readonly slotConnections: Float64Array;
  /** By slot and dimension (`slot * dimensions.length + dimension`): what those use. */
  readonly slotUsage: Float64Array;
  readonly organizations: readonly PlanOrganization[];
  /** Slots that stay where they are, unless their server gives everything away. */
  readonly held?: ReadonlySet<number>;
  /**
   * Connections that this plan may move, those of draining servers and violated selectors aside. 0: none. Only where nothing
   * that is worth it can be moved within the budget, one move of a plan goes beyond it: what is larger than the budget could
   * never move otherwise.
   */
  readonly budget: number;
  readonly options?: PlanOptions;
}

export interface PlanOptions {
  /** Worst over mean that is good enough: what moves for the balance moves to come down to it, and no further. Default 1.05. */
  readonly target?: number;
  /** Worst over mean above which anything moves for the balance at all. Default: `target`. */
  readonly threshold?: number;
  /** Share of a limit over which a server gives away whatever the balance is. Default 0.85. */
  readonly ceiling?: number;
  /** Organizations that the rebalancer may pin. Default 10,000. */
  readonly mostPins?: number;
  /**
   * A dimension that is always evened out, by limits where there are some and by the servers' weights where there are none:
   * for evenness (never for the ceiling) it counts as if it were used as much as the one that is used most, and at least to
   * `least`, a share of the limits. So the others count only where they are used more than that. Default: none.
   */
  readonly even?: { readonly dimension: string; readonly least: number };
}

/** What moves: the organizations of a slot that are not pinned, or one organization. */
export type PlanTarget = { readonly slot: number } | { readonly organization: string };

export type MoveReason = 'draining' | 'selector' | 'ceiling' | 'own server' | 'balance' | 'join';

export interface PlannedMove {
  readonly target: PlanTarget;
  /** Undefined: no server had it. */
  readonly from: string | undefined;
  readonly to: string;
  /** Connections that have to come again: what the move costs. */
  readonly connections: number;
  /** By how much the load of `from` falls, as a share of what it can carry. */
  readonly gain: number;
  /** The dimension in which `from` was fullest. */
  readonly dimension: string;
  readonly reason: MoveReason;
  /** The same for people, with numbers. */
  readonly words: string;
}

export type PlanAlarm =
  /** It does not fit on its server, and no other is larger. */
  | {
      readonly kind: 'organization too large';
      readonly organization: string;
      readonly server: string;
      readonly load: number;
    }
  /** Over the ceiling, and what no organization accounts for alone is the reason: no move frees that. */
  | {
      readonly kind: 'no move frees it';
      readonly server: string;
      readonly dimension: string;
      readonly load: number;
    }
  /** No server has the labels that it asks for. */
  | { readonly kind: 'no server matches'; readonly organization: string }
  /** Every server is over the ceiling, or nearly. */
  | { readonly kind: 'all full'; readonly load: number };

/**
 * How even it is. A server's load is the worst of its dimensions, as shares of its limits. The mean is that of the dimension
 * that is used most over all servers together, which is the least that the worst load can be.
 */
export interface Balance {
  /**
   * Worst load over mean of the active servers; 1: even, or no load at all. An organization above the mean and its server do not count if it
   * has the server for itself; where anything else uses that server, the server counts as any other does.
   */
  readonly worstOverMean: number;
  /** The mean, as a share of the limits, without organizations above it and their servers. */
  readonly mean: number;
  /** Organizations that are above the mean, and the servers that are or are to be their own. */
  readonly own: ReadonlyMap<string, string>;
}

export interface Plan {
  /** In the order in which they are worth making; none where the gain would not be worth the cost. */
  readonly moves: readonly PlannedMove[];
  /** After these moves. */
  readonly table: SlotTable;
  /** After these moves: the rebalancer's own pins, organization → server. People's pins are not among them. */
  readonly pins: ReadonlyMap<string, string>;
  readonly before: Balance;
  readonly after: Balance;
  /** False: the next plan may have more moves, because of the budget, or because the target is not reached. */
  readonly isComplete: boolean;
  readonly alarms: readonly PlanAlarm[];
}

/** `plan(input)`: deterministic; under the same load a plan that follows a complete one has no moves. */
export type Planner = (input: PlanInput) => Plan;
