/**
 * Runs the leader: stands for election, and while this replica leads does what `step.ts` says, one write at a time. Every
 * write is fenced: once another replica leads, nothing of this one's is written, whatever it still believes.
 */
import type { Logger } from 'pino';
import { isCohortError } from '../errors.ts';
import { ASSIGNMENT, encodeAssignment } from '../model/index.ts';
import type { Assignment } from '../model/index.ts';
import type { StateWatcher } from '../state/watcher.ts';
import { currentKey } from '../store/chunks.ts';
import { Alarm } from '../store/alarm.ts';
import type { PreparedRound, Proposal, RebalanceView } from '../rebalance/index.ts';
import type { HealOrder, Relocation } from '../scan/index.ts';
import type { Clock } from '../store/clock.ts';
import type { Election, Revision, Store, Unsubscribe } from '../store/store.ts';
import type { AdoptionInput } from '../placement/adopt.ts';
import type { Fleet } from './fleet.ts';
import { ALL_ALIVE, type ServerHealth } from './health.ts';
import { NEW_LEADER, nextStep, type AssignmentWrite, type LeaderMemory, type Waiting } from './step.ts';

/** Changes within this time are looked at together: many proxies report at once. Milliseconds. */
const COALESCE_MS = 20;
/** Pause after a write that failed. Milliseconds. */
const RETRY_MS = 1_000;
/** Writes that are remembered for people. */
const KEPT_RECORDS = 100;

/** Where the leader learns of the proxies. */
export interface FleetSource {
  fleet(): Fleet;
  /** Where connections sit, by slot and actual server. */
  slotCounts?(): AdoptionInput['slotCounts'];
  onChange(listener: () => void): Unsubscribe;
}

/** Where the leader learns of the servers' health. */
export interface HealthSource {
  health(): ServerHealth;
  onChange(listener: () => void): Unsubscribe;
}

/** Where the leader learns what a scan has found to be done. */
export interface ScanSource {
  /** Orders to go home that are in force now. */
  readonly orders: readonly HealOrder[];
  readonly relocations: readonly Relocation[];
  onScan(listener: () => void): Unsubscribe;
}

/** Where the leader learns what is to move by load. */
export interface RebalanceSource {
  readonly view: RebalanceView | undefined;
  /** Servers that an assignment may name. */
  admit(admitted: ReadonlySet<string>): void;
  /** An assignment that carries the proposal has been written. */
  wrote(proposal: Proposal): void;
  onChange(listener: () => void): Unsubscribe;
}

/** Where moves are recorded. */
export interface MoveRecorder {
  /** What is to be written with an assignment; undefined: it moves nothing. @throws COHORT_STORE_… */
  prepare(write: AssignmentWrite, before: Assignment | undefined): Promise<PreparedRound | undefined>;
}

export interface LeaderOptions {
  /** The replica's id. */
  readonly id: string;
  readonly store: Pick<Store, 'writeVersioned'>;
  readonly election: Election;
  readonly states: Pick<StateWatcher, 'state' | 'onChange'>;
  readonly fleet: FleetSource;
  /** Default: all servers live. */
  readonly health?: HealthSource;
  /** Default: nothing is scanned. */
  readonly scans?: ScanSource;
  /** Default: nothing moves by load. */
  readonly rebalancer?: RebalanceSource;
  /** Default: moves are not recorded. */
  readonly moves?: MoveRecorder;
  readonly clock: Clock;
  /** Milliseconds since 1970, for records. */
  readonly wallClock: () => number;
  /** Told of every write. */
  readonly wrote?: (kind: AssignmentWrite['kind']) => void;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
}

const WORDS: Readonly<Record<AssignmentWrite['kind'], string>> = {
  route: 'a new assignment: proxies route by it',
  drain: 'connections may follow the assignment',
  orders: 'new orders for connections that sit where they should not',
};

/** One write, for people. */
export interface WriteRecord {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: AssignmentWrite['kind'];
  readonly epoch: bigint;
  readonly version: bigint;
  readonly reason: string;
  readonly movedSlots: number;
  /** Proxies that were not waited for any longer. */
  readonly late: readonly string[];
  readonly suspendedPins: AssignmentWrite['suspendedPins'];
}

/** What this replica has written and not seen in the store's watch yet. */
interface Written {
  readonly assignment: Assignment;
  readonly revision: Revision;
}

export class LeaderRunner {
  private readonly options: LeaderOptions;
  private memory: LeaderMemory = NEW_LEADER;
  private written: Written | undefined;
  private isWriting = false;
  private isStarted = false;
  private readonly alarm: Alarm;
  private currentlyWaiting: readonly Waiting[] = [];
  private complaint = '';
  private readonly kept: WriteRecord[] = [];
  private unsubscribe: Unsubscribe[] = [];
  private settled: StateWatcher['state'] | undefined;

  constructor(options: LeaderOptions) {
    this.options = options;
    this.alarm = new Alarm(options.clock, () => void this.step());
  }

  get isLeader(): boolean {
    return this.options.election.isLeader();
  }
  /** What the leader waits for; empty where this replica does not lead. */
  get waiting(): readonly Waiting[] {
    return this.isLeader ? this.currentlyWaiting : [];
  }
  /** The state of which this leader had nothing left to write; undefined: there is none, or it does not lead. */
  get settledState(): StateWatcher['state'] | undefined {
    return this.isLeader && !this.isWriting ? this.settled : undefined;
  }
  /** The writes of this replica while it led, the last one first. */
  get records(): readonly WriteRecord[] {
    return this.kept;
  }

  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    const { election, states, fleet, health, scans, rebalancer, id, log } = this.options;
    const wake = (): void => this.wakeIn(COALESCE_MS);
    this.unsubscribe = [
      election.onElected(() => {
        log.info({ replica: id }, 'this replica leads');
        this.memory = NEW_LEADER;
        this.written = undefined;
        this.settled = undefined;
        wake();
      }),
      election.onDeposed((why) => {
        log.warn({ replica: id, why }, 'this replica no longer leads');
        this.alarm.cancel();
        this.currentlyWaiting = [];
      }),
      states.onChange(wake),
      fleet.onChange(wake),
      ...(health === undefined ? [] : [health.onChange(wake)]),
      ...(scans === undefined ? [] : [scans.onScan(wake)]),
      ...(rebalancer === undefined ? [] : [rebalancer.onChange(wake)]),
    ];
    wake();
  }

  /** Does nothing more; the election is stopped by whoever began it. */
  stop(): void {
    this.isStarted = false;
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.unsubscribe = [];
    this.alarm.cancel();
  }

  private wakeIn(ms: number): void {
    if (this.isStarted && this.isLeader) this.alarm.ringIn(ms);
  }

  private async step(): Promise<void> {
    const { clock, fleet, health, scans, rebalancer, id, log, wallClock } = this.options;
    if (!this.isStarted || !this.isLeader || this.isWriting) return;
    const now = clock.now();
    const step = nextStep({
      self: id,
      state: this.state(),
      fleet: fleet.fleet(),
      health: health?.health() ?? ALL_ALIVE,
      slotCounts: () => fleet.slotCounts?.() ?? [],
      heals: scans?.orders ?? [],
      relocations: scans?.relocations ?? [],
      rebalance: rebalancer?.view,
      memory: this.memory,
      now,
      wallClockMs: wallClock(),
    });
    this.tellWaiting(step.waiting);
    this.currentlyWaiting = step.waiting;
    rebalancer?.admit(step.memory.admitted);
    if (step.write === undefined) {
      this.memory = step.memory;
      this.settled = this.options.states.state;
      if (step.wakeAt !== undefined) this.wakeIn(Math.max(1, step.wakeAt - now));
      return;
    }
    this.isWriting = true;
    try {
      await this.write(step.write);
      this.memory = step.memory;
      this.complaint = '';
      this.isWriting = false;
      this.wakeIn(COALESCE_MS);
    } catch (error) {
      this.isWriting = false;
      this.writeFailed(error, log);
    }
  }

  /** The state, with this leader's own last write in it: the watch tells of that a little later. */
  private state(): StateWatcher['state'] {
    const { state } = this.options.states;
    const { written } = this;
    if (written === undefined || state.assignmentRevision === written.revision) return state;
    const isAhead = written.revision > state.assignmentRevision && state.assignmentRevision !== 0;
    const isFirst = state.assignmentRevision === 0 && state.assignment === undefined;
    if (!isAhead && !isFirst) return state;
    const invalid = new Map(state.invalid);
    invalid.delete(currentKey(ASSIGNMENT));
    return { ...state, invalid, assignment: written.assignment, assignmentRevision: written.revision };
  }

  private async write(write: AssignmentWrite): Promise<void> {
    const { store, election, rebalancer, moves, log, wallClock } = this.options;
    const { assignment, expected, kind, reason, movedSlots, late, suspendedPins, proposal } = write;
    const { epoch, version, tableVersion, drainUpTo, servers } = assignment;
    const fence = election.fence();
    const round = await moves?.prepare(write, this.state().assignment);
    const { revision } = await store.writeVersioned(ASSIGNMENT, encodeAssignment(assignment), {
      fence,
      expected,
      ...(round === undefined ? {} : { also: round.operations }),
    });
    this.written = { assignment, revision };
    round?.wrote();
    if (proposal !== undefined) rebalancer?.wrote(proposal);
    this.options.wrote?.(kind);
    this.kept.unshift({ at: wallClock(), kind, epoch, version, reason, movedSlots, late, suspendedPins });
    this.kept.splice(KEPT_RECORDS);
    const position = {
      epoch: String(epoch),
      version: String(version),
      tableVersion: String(tableVersion),
      drainUpTo: String(drainUpTo),
    };
    const facts = {
      ...position,
      servers: servers.length,
      movedSlots,
      reason,
      ...(late.length > 0 ? { late } : {}),
    };
    const words = WORDS[kind];
    if (late.length > 0) log.warn(facts, `${words}; late proxies were not waited for any longer`);
    else log.info(facts, words);
    for (const pin of suspendedPins) log.warn(pin, 'a pin is suspended: the organization goes by the table');
  }

  private writeFailed(error: unknown, log: LeaderOptions['log']): void {
    const words = (error as Error).message;
    // Deposed, or the watch lags behind: what comes next is told by the election or the watch.
    if (isCohortError(error, 'COHORT_STORE_FENCED') || isCohortError(error, 'COHORT_STORE_NOT_LEADER')) {
      log.info({ why: words }, 'an assignment was not written: another replica leads');
    } else if (isCohortError(error, 'COHORT_STORE_CONFLICT')) {
      log.debug({ why: words }, 'an assignment was not written: the stored one is newer than ours');
    } else if (this.complaint !== words) {
      log.error({ err: error }, 'an assignment could not be written; it is tried again');
    }
    this.complaint = words;
    this.wakeIn(RETRY_MS);
  }

  /** Says once what is waited for that was not before. */
  private tellWaiting(waiting: readonly Waiting[]): void {
    const before = new Set(this.currentlyWaiting.map((one) => waitingKey(one)));
    for (const one of waiting) {
      if (!before.has(waitingKey(one)))
        this.options.log.info(jsonable(one), `the leader waits for ${one.for}`);
    }
  }
}

function waitingKey(waiting: Waiting): string {
  if (waiting.for === 'routing') return `routing ${waiting.tableVersion}`;
  return 'server' in waiting ? `${waiting.for} ${waiting.server}` : waiting.for;
}

function jsonable(waiting: Waiting): object {
  return waiting.for === 'routing' ? { ...waiting, tableVersion: String(waiting.tableVersion) } : waiting;
}
