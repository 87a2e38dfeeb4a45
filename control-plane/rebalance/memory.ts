/** What the rebalancer remembers while its replica leads; gone with the office. Plain values. */
import type { Load } from '../load/index.ts';
import type { Plan, PlanAlarm } from '../plan/types.ts';
import type { Proposal } from './proposal.ts';
import { NO_ROUNDS, type RoundMemory } from './rounds.ts';
import type { Trials } from './trials.ts';

/** How the load was at the last reading. */
export interface LoadReport {
  readonly load: Load;
  readonly plan: Plan;
  readonly alarms: readonly PlanAlarm[];
  /** Since this replica leads. */
  readonly readings: number;
  /** Servers that have no room for what people have pinned to them. */
  readonly full: ReadonlySet<string>;
}

export interface RebalanceMemory {
  /** Undefined: not read yet. */
  readonly load: Load | undefined;
  /** Undefined: not weighed yet, or nobody is connected. */
  readonly report: LoadReport | undefined;
  readonly rounds: RoundMemory;
  readonly trials: Trials;
  /** It has begun some itself, or found those of the leader before. */
  readonly hasTrials: boolean;
  /** Servers that have no room for what people have pinned to them. */
  readonly full: ReadonlySet<string>;
  /** The periodic scan was made since the last round. */
  readonly scanned: boolean;
  /** An operator has asked for a round. */
  readonly requested: boolean;
  /** What the leader is asked to write. */
  readonly proposal: Proposal | undefined;
}

export const NO_MEMORY: RebalanceMemory = {
  load: undefined,
  report: undefined,
  rounds: NO_ROUNDS,
  trials: new Map(),
  hasTrials: false,
  full: new Set(),
  scanned: false,
  requested: false,
  proposal: undefined,
};
