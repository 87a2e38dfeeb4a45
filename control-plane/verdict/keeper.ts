/**
 * Keeps the verdicts: while this replica leads it judges whenever anything changes, or time has passed, and stores what
 * differs, one write at a time. Every write is fenced and replaces the very value that it was made from.
 *
 * What is stored is in wall-clock time, so that the next leader goes on with it; waiting is done by a clock that does not
 * go back.
 */
import type { Logger } from 'pino';
import { isCohortError } from '../errors.ts';
import { NO_VERDICTS, verdicts as kind, type Verdicts } from '../model/index.ts';
import { isLoaded, NO_STATE, type ClusterState } from '../state/cluster-state.ts';
import type { StateWatcher } from '../state/watcher.ts';
import { Alarm } from '../store/alarm.ts';
import type { Clock } from '../store/clock.ts';
import { Listeners } from '../store/listeners.ts';
import type { Election, Revision, Store, Unsubscribe } from '../store/store.ts';
import { nextVerdicts, type NextVerdicts } from './next-verdicts.ts';
import { tellVerdicts } from './telling.ts';
import { Witnesses } from './witnesses.ts';

/** Changes within this time are looked at together. Milliseconds. */
const COALESCE_MS = 20;
/** Pause after a write that failed. Milliseconds. */
const RETRY_MS = 500;
/** Timers run a little early at times: what is due is looked at this much later. Milliseconds. */
const LATE_MS = 2;

export interface VerdictKeeperOptions {
  readonly store: Pick<Store, 'transact'>;
  readonly election: Pick<Election, 'isLeader' | 'fence' | 'onElected' | 'onDeposed'>;
  readonly states: Pick<StateWatcher, 'state' | 'onChange'>;
  /** Does not go back. */
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Told of each server that this replica, leading, has declared dead. */
  readonly died?: (server: string) => void;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
}

/** Verdicts, and what the write that replaces them must name. */
interface Base {
  readonly verdicts: Verdicts;
  readonly revision: Revision;
  /** It can be read from the store: it is neither gone nor damaged. */
  readonly isStored: boolean;
}

export class VerdictKeeper {
  private readonly witnesses = new Witnesses();
  private readonly listeners: Listeners<Verdicts>;
  /** What this replica has written and not seen in the store's watch yet. */
  private written: Base | undefined;
  private told: Verdicts = NO_VERDICTS;
  /** The state that was looked at last. */
  private seen: ClusterState = NO_STATE;
  private isStarted = false;
  private isWriting = false;
  private readonly alarm: Alarm;
  private complaint = '';
  private unsubscribe: Unsubscribe[] = [];

  constructor(private readonly options: VerdictKeeperOptions) {
    this.alarm = new Alarm(options.clock, () => void this.look());
    this.listeners = new Listeners((error) =>
      options.log.error({ err: error }, 'a listener of the verdicts failed'),
    );
  }

  /** What is stored: the leader's own last write included, elsewhere what the watch has told. */
  get current(): Verdicts {
    return this.base().verdicts;
  }

  /** Called when `current` has changed. */
  onChange(listener: (verdicts: Verdicts) => void): Unsubscribe {
    return this.listeners.add(listener);
  }

  /** To be called on every replica, leading or not: who was there before counts when it leads. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    const { states, election, clock } = this.options;
    const observe = (): void => {
      const { state } = states;
      if (isSameFor(this.seen, state)) return;
      this.seen = state;
      this.witnesses.observe(state, clock.now());
      this.tell();
      this.wakeIn(COALESCE_MS);
    };
    this.unsubscribe = [
      states.onChange(observe),
      election.onElected(() => {
        this.written = undefined;
        this.wakeIn(0);
      }),
      election.onDeposed(() => {
        this.alarm.cancel();
        this.written = undefined;
        this.tell();
      }),
    ];
    observe();
  }

  stop(): void {
    this.isStarted = false;
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.unsubscribe = [];
    this.alarm.cancel();
  }

  private base(): Base {
    const { verdicts, verdictsRevision: revision, invalid } = this.options.states.state;
    const { written } = this;
    if (written !== undefined && written.revision > revision) return written;
    return { verdicts, revision, isStored: revision !== 0 && !invalid.has(kind.prefix) };
  }

  private tell(): void {
    const { current } = this;
    if (current === this.told) return;
    this.told = current;
    this.listeners.tell(current);
  }

  private wakeIn(ms: number): void {
    if (this.isStarted && this.options.election.isLeader()) this.alarm.ringIn(ms);
  }

  private async look(): Promise<void> {
    const { states, election, clock, wallClock } = this.options;
    const { state } = states;
    if (!this.isStarted || !election.isLeader() || this.isWriting || !isLoaded(state)) return;
    const now = clock.now();
    const base = this.base();
    const next = nextVerdicts({
      state,
      before: base.verdicts,
      proxies: this.witnesses.proxies(now, state.settings),
      lease: (server, wasSuspect) => this.witnesses.lease(state, server, wasSuspect),
      now,
      wallMs: Math.round(wallClock()),
    });
    const bytes = kind.encode(next.verdicts);
    if (bytes.equals(kind.encode(base.isStored ? base.verdicts : NO_VERDICTS))) {
      if (next.wakeInMs !== undefined) this.wakeIn(next.wakeInMs + LATE_MS);
      return;
    }
    this.isWriting = true;
    try {
      await this.write(base, next, bytes);
      this.complaint = '';
      this.isWriting = false;
      this.wakeIn(COALESCE_MS);
    } catch (error) {
      this.isWriting = false;
      this.failed(error);
    }
  }

  private async write(before: Base, next: NextVerdicts, bytes: Buffer): Promise<void> {
    const { store, election } = this.options;
    const revision = await store.transact({
      ifs: [{ key: kind.prefix, revision: before.revision }],
      fence: election.fence(),
      then: [{ put: kind.prefix, value: bytes }],
    });
    this.written = { verdicts: next.verdicts, revision, isStored: true };
    tellVerdicts(this.options.log, before.verdicts, next.verdicts);
    for (const server of next.died) this.options.died?.(server);
    this.tell();
  }

  private failed(error: unknown): void {
    const { log } = this.options;
    const { message } = error as Error;
    if (isCohortError(error, 'COHORT_STORE_FENCED') || isCohortError(error, 'COHORT_STORE_NOT_LEADER')) {
      log.info({ why: message }, 'verdicts were not written: another replica leads');
    } else if (isCohortError(error, 'COHORT_STORE_CONFLICT')) {
      // An operator has released the brake, or the watch lags behind: it tells what to build on.
      this.written = undefined;
      log.debug({ why: message }, 'verdicts were not written: the stored ones are newer');
    } else if (this.complaint !== message) {
      log.error({ err: error }, 'verdicts could not be written; it is tried again');
    }
    this.complaint = message;
    this.wakeIn(RETRY_MS);
  }
}

/** Whether nothing has changed that verdicts depend on: every server's agent tells of its load every two seconds. */
function isSameFor(before: ClusterState, after: ClusterState): boolean {
  const parts = [
    'views',
    'verdicts',
    'verdictsRevision',
    'servers',
    'assignment',
    'settings',
    'loaded',
  ] as const;
  if (parts.some((part) => before[part] !== after[part])) return false;
  if (before.invalid.has(kind.prefix) !== after.invalid.has(kind.prefix)) return false;
  const { agents } = after;
  if (before.agents === agents) return true;
  return before.agents.size === agents.size && [...before.agents.keys()].every((id) => agents.has(id));
}
