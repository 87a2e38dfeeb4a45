/**
 * Moves organizations by load while this replica leads: reads the load, asks the planner, and hands the leader what it is to
 * write. It writes nothing itself: what it proposes goes into an assignment like anything else that the leader decides.
 *
 * Here is when that is looked at; what is decided is in `consider.ts`.
 */
import type { Logger } from 'pino';
import type { Fleet } from '../leader/fleet.ts';
import type { ServerHealth } from '../leader/health.ts';
import type { Round } from '../model/index.ts';
import type { Plan, PlanAlarm } from '../plan/types.ts';
import { isLoaded } from '../state/cluster-state.ts';
import type { StateWatcher } from '../state/watcher.ts';
import { Alarm } from '../store/alarm.ts';
import type { Clock } from '../store/clock.ts';
import { Listeners } from '../store/listeners.ts';
import type { Election, Unsubscribe } from '../store/store.ts';
import { consider, isAsked } from './consider.ts';
import { knownFleet, planFor, read, serversOf, type Timed } from './known.ts';
import { NO_MEMORY, type LoadReport, type RebalanceMemory } from './memory.ts';
import { isKnown, type AssignedPicture, type Picture, type RebalancedFleet } from './picture.ts';
import type { Proposal, RebalanceView } from './proposal.ts';
import { made } from './rounds.ts';
import { undoing } from './undo.ts';

/** Changes within this time are looked at together. Milliseconds. */
const COALESCE_MS = 20;
/** A reading is due a little before its time, so that a timer that is early does not cost a whole one. */
const DUE = 0.9;

export interface RebalancerOptions {
  /** The replica's id. */
  readonly id: string;
  readonly election: Pick<Election, 'isLeader' | 'onElected' | 'onDeposed'>;
  readonly states: Pick<StateWatcher, 'state' | 'onChange'>;
  /** The picture of the fleet as it is now. */
  readonly reports: () => RebalancedFleet;
  readonly fleet: () => Fleet;
  readonly health: () => ServerHealth;
  /** The last moves, the last first: what was undone is left alone, and rounds keep their distance over a change of leaders. */
  readonly rounds: () => readonly Round[];
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Told what a round costs this process, in milliseconds. */
  readonly took?: (what: 'reading' | 'input' | 'plan', ms: number) => void;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
}

export class Rebalancer {
  private readonly options: RebalancerOptions;
  private readonly alarm: Alarm;
  private readonly listeners: Listeners<void>;
  private unsubscribe: Unsubscribe[] = [];
  private isStarted = false;
  private electedAt = 0;
  private memory: RebalanceMemory = NO_MEMORY;
  private admitted: ReadonlySet<string> = new Set();
  private hasFailed = false;
  /** The alarms that were last logged. */
  private told = '';

  constructor(options: RebalancerOptions) {
    this.options = options;
    this.alarm = new Alarm(options.clock, () => this.look());
    this.listeners = new Listeners((error) =>
      options.log.error({ err: error }, 'a listener of the rebalancer failed'),
    );
  }

  /** Undefined: no load is known, slots are placed by their number. */
  get view(): RebalanceView | undefined {
    if (!this.options.election.isLeader()) return undefined;
    const { proposal, load, full } = this.memory;
    if (proposal === undefined && (this.hasFailed || !isKnown(this.picture(), load))) return undefined;
    return { proposal, full };
  }

  /** The last reading; undefined where this replica does not lead, or has not read anything yet. */
  get last(): LoadReport | undefined {
    return this.options.election.isLeader() ? this.memory.report : undefined;
  }

  /** A proposal, the load or the alarms have changed. */
  onChange(listener: () => void): Unsubscribe {
    return this.listeners.add(listener);
  }

  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    const { election, states } = this.options;
    this.unsubscribe = [
      election.onElected(() => {
        this.reset();
        this.wakeIn(0);
      }),
      election.onDeposed(() => this.reset()),
      states.onChange(() => this.wakeIn(COALESCE_MS)),
    ];
    this.reset();
    this.wakeIn(0);
  }

  stop(): void {
    this.isStarted = false;
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.unsubscribe = [];
    this.reset();
  }

  /** Servers that an assignment may name, as the leader has it. */
  admit(admitted: ReadonlySet<string>): void {
    const isSame = admitted.size === this.admitted.size && [...admitted].every((id) => this.admitted.has(id));
    this.admitted = admitted;
    if (!isSame) this.wakeIn(COALESCE_MS);
  }

  /** The periodic scan has been made. */
  scan(): void {
    this.memory = { ...this.memory, scanned: true };
    this.wakeIn(COALESCE_MS);
  }

  /** A round as soon as it may be, without waiting for its time. */
  apply(): void {
    this.memory = { ...this.memory, requested: true };
    this.wakeIn(COALESCE_MS);
  }

  /** What a round would move now; undefined where the load is not known. Nothing is written. */
  preview(): Plan | undefined {
    const picture = this.assigned();
    if (picture === undefined || !isKnown(picture, this.memory.load)) return undefined;
    const load = this.memory.load ?? read(undefined, picture, this.timed);
    const { roundBudget: budget } = picture.state.settings;
    const known = knownFleet(picture, serversOf(picture), load, this.memory);
    return planFor(picture, known, { budget, toldApart: 0 }, this.timed);
  }

  /** Takes one move back. @returns why not; undefined: the leader is asked to */
  undo(round: Round, index: number): string | undefined {
    const picture = this.assigned();
    if (picture === undefined) return 'there is no assignment';
    const fleet = this.memory.load?.connections ?? 0;
    const { assignment } = picture;
    const undone = undoing({ round, index, assignment, servers: serversOf(picture), fleet });
    if (typeof undone === 'string') return undone;
    this.memory = { ...this.memory, proposal: undone };
    this.listeners.tell();
    return undefined;
  }

  /** The leader has written an assignment that carries this proposal, which may have been replaced here since. */
  wrote(written: Proposal): void {
    const { rounds, trials, hasTrials, proposal } = this.memory;
    const now = this.options.clock.now();
    this.memory = {
      ...this.memory,
      rounds: written.isRound ? made(rounds, { now, goesOn: written.goesOn }) : rounds,
      trials: written.trials ?? trials,
      hasTrials: hasTrials || written.trials !== undefined,
      proposal: written === proposal ? undefined : proposal,
    };
  }

  private reset(): void {
    this.electedAt = this.options.clock.now();
    this.memory = NO_MEMORY;
    this.admitted = new Set();
    this.hasFailed = false;
    this.alarm.cancel();
  }

  private wakeIn(ms: number): void {
    if (this.isStarted && this.options.election.isLeader()) this.alarm.ringIn(ms);
  }

  private look(): void {
    const { election, states, log } = this.options;
    if (!this.isStarted || !election.isLeader()) return;
    const { state } = states;
    this.wakeIn(state.settings.loadIntervalMs);
    const picture = this.assigned();
    if (!isLoaded(state) || picture === undefined) return;
    try {
      this.decide(picture);
      this.hasFailed = false;
    } catch (error) {
      // Better even by number than not at all.
      if (!this.hasFailed)
        log.error({ err: error }, 'the load cannot be planned for: slots are placed by their number');
      this.hasFailed = true;
      this.memory = { ...this.memory, proposal: undefined };
    }
    this.listeners.tell();
  }

  private decide(picture: AssignedPicture): void {
    if (isAsked(this.memory, picture)) return;
    const { load: last } = this.memory;
    const isNew = last === undefined || picture.now - last.at >= picture.state.settings.loadIntervalMs * DUE;
    const load = isNew ? read(last, picture, this.timed) : last;
    // Also where no plan comes of it: the next reading waits its time.
    this.memory = { ...this.memory, load };
    this.memory = consider(this.memory, { picture, load, isNew, timed: this.timed });
    if (isNew && this.memory.report !== undefined) this.tellAlarms(this.memory.report.alarms);
  }

  private picture(): Picture {
    const { id, states, reports, fleet, health, rounds, clock, wallClock } = this.options;
    return {
      self: id,
      state: states.state,
      reports: reports(),
      fleet: fleet(),
      health: health(),
      admitted: this.admitted,
      rounds: rounds(),
      now: clock.now(),
      electedAt: this.electedAt,
      wallNow: wallClock(),
    };
  }

  private assigned(): AssignedPicture | undefined {
    const picture = this.picture();
    const { assignment } = picture.state;
    return assignment && { ...picture, assignment };
  }

  private readonly timed: Timed = (what, run) => {
    const began = performance.now();
    const result = run();
    this.options.took?.(what, performance.now() - began);
    return result;
  };

  /** Says what is new among them. */
  private tellAlarms(alarms: readonly PlanAlarm[]): void {
    const words = JSON.stringify(alarms.map(({ load: _, ...rest }: PlanAlarm & { load?: number }) => rest));
    if (words === this.told) return;
    this.told = words;
    for (const one of alarms) this.options.log.warn(one, `the load: ${one.kind}`);
    if (alarms.length === 0) this.options.log.info('the load: no alarm any more');
  }
}
