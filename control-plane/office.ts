/** What a replica does while it leads: it stands for election, judges servers, scans, rebalances and writes the assignment. */
import type { Logger } from 'pino';
import { unheardReplicas } from './leader/fleet.ts';
import type { HeardFleet } from './leader/fleet-source.ts';
import { conditionsOf, healthOf } from './leader/health.ts';
import { LeaderRunner } from './leader/runner.ts';
import { REBALANCER, type Round } from './model/index.ts';
import { MoveHistory, Rebalancer } from './rebalance/index.ts';
import { Scanner } from './scan/index.ts';
import type { StateWatcher } from './state/watcher.ts';
import { systemClock, type Election, type Lease, type Store } from './store/index.ts';
import { Quarantiner, VerdictKeeper } from './verdict/index.ts';

export interface OfficeOptions {
  /** The replica's id. */
  readonly id: string;
  readonly store: Store;
  readonly states: StateWatcher;
  /** The candidacy ends with it. */
  readonly lease: Lease;
  readonly fleet: HeardFleet;
  /** An assignment was written. */
  readonly wrote: (kind: string) => void;
  /** A server was found dead. */
  readonly died: () => void;
  /** Moves were written. */
  readonly moved: (round: Round) => void;
  /** A part of a round took so many milliseconds. */
  readonly took: (what: string, ms: number) => void;
  readonly log: Logger;
}

/** Stands for election as soon as it is made; the parts do nothing unless the replica leads. */
export class Office {
  readonly election: Election;
  readonly scanner: Scanner;
  readonly history: MoveHistory;
  readonly rebalancer: Rebalancer;
  readonly runner: LeaderRunner;
  private readonly keeper: VerdictKeeper;
  private readonly quarantiner: Quarantiner;

  constructor({ id, store, states, lease, fleet, wrote, died, moved, took, log }: OfficeOptions) {
    const election = store.election(REBALANCER, { lease, value: id });
    const common = { id, store, election, states, clock: systemClock, wallClock: Date.now, log };
    const keeper = new VerdictKeeper({ ...common, died });
    const health = (): ReturnType<typeof healthOf> => healthOf(keeper.current);
    this.election = election;
    this.keeper = keeper;
    election.onElected(() => fleet.reset());
    this.scanner = new Scanner({
      ...common,
      fleet: () => fleet.view,
      conditions: () => conditionsOf(states.state.servers, health()),
      avoided: () => health().avoided,
      missing: () => unheardReplicas(id, states.state, fleet.fleet()),
    });
    const history = new MoveHistory({ ...common, slotCounts: () => fleet.slotCounts(), wrote: moved });
    this.history = history;
    this.rebalancer = new Rebalancer({
      ...common,
      reports: () => fleet.view,
      fleet: () => fleet.fleet(),
      health,
      rounds: () => history.rounds,
      took,
    });
    this.runner = new LeaderRunner({
      ...common,
      fleet,
      health: { health, onChange: (listener) => keeper.onChange(listener) },
      scans: this.scanner,
      rebalancer: this.rebalancer,
      moves: history,
      wrote,
    });
    this.quarantiner = new Quarantiner({ ...common, verdicts: keeper, fleet: () => fleet.view });
  }

  start(): void {
    const { keeper, quarantiner, scanner, history, runner, rebalancer } = this;
    keeper.start();
    quarantiner.start();
    keeper.onChange(() => scanner.onVerdictChange());
    history.start();
    runner.start();
    scanner.start();
    scanner.onScan(() => {
      if (scanner.records[0]?.trigger === 'time') rebalancer.scan();
    });
    rebalancer.start();
  }

  /** Withdraws the candidacy. */
  async stop(): Promise<void> {
    this.runner.stop();
    this.rebalancer.stop();
    this.scanner.stop();
    this.quarantiner.stop();
    this.keeper.stop();
    await this.election.stop();
  }
}
