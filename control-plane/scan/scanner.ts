/** Runs the scans of the replica that leads: when they are due, and when something happens. */
import type { Logger } from 'pino';
import { isCohortError } from '../errors.ts';
import { pacePerWorker, type ScanRecord, type Trigger } from '../model/index.ts';
import { serverOfSlot } from '../placement/table.ts';
import { isLoaded } from '../state/cluster-state.ts';
import type { StateWatcher } from '../state/watcher.ts';
import { Alarm } from '../store/alarm.ts';
import type { Clock } from '../store/clock.ts';
import { Listeners } from '../store/listeners.ts';
import type { Election, Store, Unsubscribe } from '../store/store.ts';
import { Following } from './following.ts';
import type { ServerCondition } from './judge.ts';
import { inForce, type HealOrder, type OrderBook } from './orders.ts';
import type { ScannedFleet } from './places.ts';
import type { Relocation } from './relocations.ts';
import { scanFleet, type Unreached } from './scan.ts';
import { dueAt, ScanSchedule, type KnownSchedule } from './schedule.ts';

/** Several reasons for a scan within this time are one. Milliseconds. */
const COALESCE_MS = 200;
/** Follow-up scans are at least so far from the last scan. Milliseconds. */
const LEAST_GAP_MS = 5_000;
/** Pause after something that did not work, and while something is not there yet. Milliseconds. */
const RETRY_MS = 1_000;
/** How long a new leader waits for the other replicas to tell of their proxies. Milliseconds. */
const HEAR_MS = 10_000;
/** The wall clock may be set meanwhile: it is looked at this often. Milliseconds. */
const LOOK_MS = 60_000;
/** Whether what a proxy did not reach is reached again is looked at this often. Milliseconds. */
const LOOK_AGAIN_MS = 1_000;
const NONE: ReadonlySet<string> = new Set();

export interface ScannerOptions {
  /** The replica's id. */
  readonly id: string;
  readonly store: Pick<Store, 'get' | 'transact'>;
  readonly election: Pick<Election, 'isLeader' | 'fence' | 'onElected' | 'onDeposed'>;
  readonly states: Pick<StateWatcher, 'state' | 'onChange'>;
  /** The picture of the fleet as it is now. */
  readonly fleet: () => ScannedFleet;
  /** As the leader judges the servers. Default: what is stored of them, none is dead. */
  readonly conditions?: () => ReadonlyMap<string, ServerCondition>;
  /** Replicas that have not told of their proxies. Default: none. */
  readonly missing?: () => readonly string[];
  /** Servers that live and that proxies have not reached for long, as the leader judges them. Default: none. */
  readonly avoided?: () => ReadonlySet<string>;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
}

export class Scanner {
  private readonly options: ScannerOptions;
  private readonly schedule: ScanSchedule;
  private readonly listeners: Listeners<void>;
  private unsubscribe: Unsubscribe[] = [];
  private readonly alarm: Alarm;
  private isStarted = false;
  private isBusy = false;
  private complaint = '';
  /** Another one for each term of office: what was begun in one has no say in the next. */
  private term = { since: 0 };
  private known: KnownSchedule | undefined;
  /** Why the next scan does not wait for its time. */
  private asked: Trigger | undefined;
  private followUpAt = Infinity;
  private lastScanAt = -Infinity;
  private book: OrderBook = new Map();
  private notReached: readonly Unreached[] = [];
  private leaving: readonly Relocation[] = [];
  private readonly following = new Following();

  constructor(options: ScannerOptions) {
    this.options = options;
    this.alarm = new Alarm(options.clock, () => void this.run());
    const { id, store, log } = options;
    this.schedule = new ScanSchedule({ id, store, log });
    this.listeners = new Listeners((error) => log.error({ err: error }, 'a listener of the scans failed'));
  }

  /** The last one first; none where this replica does not lead, or has not read them yet. */
  get records(): readonly ScanRecord[] {
    return this.known?.state?.records ?? [];
  }

  /** Servers that single proxies did not reach at the last scan, while devices that belong there sat elsewhere. */
  get unreached(): readonly Unreached[] {
    return this.notReached;
  }

  /** The heal orders in force: devices still belong there, and it has not expired. */
  get orders(): readonly HealOrder[] {
    const { states, clock, election } = this.options;
    return election.isLeader() ? inForce(this.book, states.state.assignment, clock.now()) : [];
  }

  /** Slots that are to move, and still belong to the server that proxies do not reach; none where this replica does not lead. */
  get relocations(): readonly Relocation[] {
    const { states, election } = this.options;
    const { assignment } = states.state;
    if (assignment === undefined || !election.isLeader()) return [];
    return this.leaving.filter(({ slot, from }) => serverOfSlot(assignment, slot) === from);
  }

  /** Called after every scan: `orders`, `relocations` and `records` may be others. */
  onScan(listener: () => void): Unsubscribe {
    return this.listeners.add(listener);
  }

  /** A server has died or come back. */
  onVerdictChange(): void {
    this.scanNow('verdict');
  }

  /** Soon, and without waiting for what is under way. Does nothing where this replica does not lead. */
  scanNow(trigger: Trigger): void {
    if (!this.isStarted || !this.options.election.isLeader()) return;
    this.asked ??= trigger;
    this.wakeIn(COALESCE_MS);
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
      states.onChange(() => this.noteDrain()),
    ];
    this.reset();
    this.noteDrain();
    this.wakeIn(0);
  }

  stop(): void {
    this.isStarted = false;
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.unsubscribe = [];
    this.reset();
  }

  private reset(): void {
    this.term = { since: this.options.clock.now() };
    this.known = undefined;
    this.asked = undefined;
    this.followUpAt = Infinity;
    this.book = new Map();
    this.notReached = [];
    this.leaving = [];
    this.alarm.cancel();
  }

  private wakeIn(ms: number): void {
    if (this.isStarted && this.options.election.isLeader()) this.alarm.ringIn(ms);
  }

  private noteDrain(): void {
    const { states, clock } = this.options;
    if (!this.following.note(states.state.assignment, clock.now())) return;
    // Who has not followed by then is looked for.
    this.followUpAt = Math.min(this.followUpAt, clock.now() + states.state.settings.drainWindowMs);
    this.wakeIn(Math.max(1, this.followUpAt - clock.now()));
  }

  private async run(): Promise<void> {
    if (this.isBusy || !this.isStarted || !this.options.election.isLeader()) return;
    this.isBusy = true;
    const { term } = this;
    let waitMs = RETRY_MS;
    try {
      waitMs = await this.step(term);
      this.complaint = '';
    } catch (error) {
      this.failed(error);
      if (term === this.term) this.known = undefined;
    } finally {
      this.isBusy = false;
    }
    this.wakeIn(term === this.term ? waitMs : 0);
  }

  /** @returns how long there is nothing to do, in milliseconds */
  private async step(term: Scanner['term']): Promise<number> {
    const { states, clock, wallClock, election } = this.options;
    const known = this.known ?? (await this.schedule.read());
    if (term !== this.term) return 0;
    this.known = known;
    const { scanIntervalMs: intervalMs } = states.state.settings;
    const trigger = this.due(known, intervalMs);
    if (typeof trigger === 'number') return trigger;
    const missing = this.options.missing?.() ?? [];
    const isPatient = missing.length > 0 && clock.now() - term.since < HEAR_MS;
    if (!isLoaded(states.state) || states.state.assignment === undefined || isPatient) return RETRY_MS;
    const claim = { trigger, intervalMs, wallClockMs: wallClock() };
    const claimed = await this.schedule.claim(known, claim, election.fence());
    if (term !== this.term) return 0;
    this.known = claimed;
    // What was asked for until now, this scan sees.
    this.asked = undefined;
    const record = this.scan(trigger, missing);
    if (record === undefined) return RETRY_MS;
    const recorded = await this.schedule.record(claimed, record, election.fence());
    if (term !== this.term) return 0;
    this.known = recorded;
    this.tell(record);
    return 0;
  }

  /** Why a scan is due, or in how many milliseconds to look again. */
  private due({ state }: KnownSchedule, intervalMs: number): Trigger | number {
    const { clock, wallClock } = this.options;
    if (this.asked !== undefined) return this.asked;
    const wall = wallClock();
    const inMs = dueAt(state, intervalMs, wall) - wall;
    if (inMs <= 0) return state?.running?.trigger ?? 'time';
    const gapMs = this.lastScanAt + LEAST_GAP_MS - clock.now();
    const followInMs = Math.max(this.followUpAt - clock.now(), gapMs);
    if (followInMs <= 0 || (gapMs <= 0 && this.isReachedAgain())) return 'follow-up';
    const lookMs = this.notReached.length > 0 ? LOOK_AGAIN_MS : LOOK_MS;
    return Math.max(1, Math.min(inMs, followInMs, lookMs));
  }

  /** Whether a proxy sees a server healthy that it did not reach at the last scan: views change without a word to us. */
  private isReachedAgain(): boolean {
    const fleet = this.options.fleet();
    return this.notReached.some(({ proxy, server }) => {
      const ports = fleet.view(proxy)?.filter((sighting) => sighting.server === server) ?? [];
      return ports.length > 0 && ports.every(({ health }) => health === 'HEALTHY');
    });
  }

  private scan(trigger: Trigger, missing: readonly string[]): ScanRecord | undefined {
    const { id, states, clock, wallClock, fleet } = this.options;
    const { assignment, settings } = states.state;
    if (assignment === undefined) return undefined;
    const now = clock.now();
    const workers = fleet()
      .listProxies(now)
      .map(({ facts }) => facts?.workers);
    const { record, book, unreached, relocations, wakeAt } = scanFleet({
      fleet: fleet(),
      assignment,
      conditions: this.options.conditions?.() ?? this.storedConditions(),
      avoided: this.options.avoided?.() ?? NONE,
      drainSince: (target) => this.following.since(target),
      drainWindowMs: settings.drainWindowMs,
      // The filters take it as it is, be it below the other.
      longestDrainWindowMs: Math.max(settings.drainWindowMs, settings.longestDrainWindowMs),
      drainPerSecond: pacePerWorker(settings, workers),
      holdDownMs: settings.healHoldDownMs,
      unreachedMs: settings.unreachedMs,
      book: this.book,
      by: id,
      trigger,
      missing,
      now,
      wallClockMs: wallClock(),
    });
    this.book = book;
    this.notReached = unreached;
    this.leaving = relocations;
    this.lastScanAt = now;
    this.followUpAt = wakeAt ?? Infinity;
    return record;
  }

  private storedConditions(): Map<string, ServerCondition> {
    const { servers } = this.options.states.state;
    return new Map([...servers].map(([id, { value }]) => [id, value.state]));
  }

  private tell({ trigger, found, unnamed, ordered, healed, left, missing }: ScanRecord): void {
    const { log } = this.options;
    const facts = { trigger, found: found.length + unnamed, ordered, healed, left, missing };
    if (found.length > 0 || healed > 0) log.info(facts, 'a scan found devices where they do not belong');
    else log.debug(facts, 'a scan found every device where it belongs');
    this.listeners.tell();
  }

  private failed(error: unknown): void {
    const { log } = this.options;
    const words = (error as Error).message;
    if (isCohortError(error, 'COHORT_STORE_FENCED') || isCohortError(error, 'COHORT_STORE_NOT_LEADER')) {
      log.info({ why: words }, 'a scan was not recorded: another replica leads');
    } else if (isCohortError(error, 'COHORT_STORE_CONFLICT')) {
      log.debug({ why: words }, 'a scan was not recorded: the stored schedule is newer than ours');
    } else if (this.complaint !== words) {
      log.error({ err: error }, 'a scan could not be recorded; it is tried again');
    }
    this.complaint = words;
  }
}
