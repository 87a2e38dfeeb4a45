/**
 * Quarantines organizations while this replica leads: some seconds after a death it asks which of them came to the servers
 * that died, writes what follows, and finds another server for those whose own is lost. Every write is fenced.
 */
import type { Logger } from 'pino';
import { isCohortError } from '../errors.ts';
import type { FleetView } from '../fleet-view/fleet-view.ts';
import { healthOf } from '../leader/health.ts';
import { quarantines as kind, type Verdicts } from '../model/index.ts';
import { isLoaded, NO_STATE, type ClusterState } from '../state/cluster-state.ts';
import type { StateWatcher } from '../state/watcher.ts';
import { Alarm } from '../store/alarm.ts';
import type { Clock } from '../store/clock.ts';
import type { Election, Revision, Store, Unsubscribe } from '../store/store.ts';
import { nextQuarantines, type QuarantineChange } from './quarantine-plan.ts';
import { toQuarantine, type Arrival, type Death, type Suspicion } from './quarantine.ts';

/** Changes within this time are looked at together. Milliseconds. */
const COALESCE_MS = 20;
/** Pause after a write that failed. Milliseconds. */
const RETRY_MS = 500;
/** How long the watch may take to tell of an own write before the state is believed without it. Milliseconds. */
const SEEN_MS = 2_000;
/** From a device to the leader's knowledge of it, besides the filters' interval. Milliseconds. */
const REPORT_MS = 4_000;
/** Quarantines that one write changes: etcd takes 128 operations. */
const MOST_CHANGES = 50;

export interface QuarantinerOptions {
  readonly store: Pick<Store, 'transact'>;
  readonly election: Pick<Election, 'isLeader' | 'fence' | 'onElected' | 'onDeposed'>;
  readonly states: Pick<StateWatcher, 'state' | 'onChange'>;
  readonly verdicts: { readonly current: Verdicts; onChange(listener: () => void): Unsubscribe };
  /** The picture of the fleet as it is now, by `clock`. */
  readonly fleet: () => Pick<FleetView, 'arrivals' | 'servers'>;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
}

export class Quarantiner {
  private readonly alarm: Alarm;
  private isStarted = false;
  private isWriting = false;
  private complaint = '';
  private unsubscribe: Unsubscribe[] = [];
  /** The state that was looked at last. */
  private seen: ClusterState = NO_STATE;
  /** Deaths that have been looked at, and what follows from them. */
  private judged: { readonly deaths: string; readonly suspicions: readonly Suspicion[] } | undefined;
  /** Organizations whose quarantine was lifted, and when, in milliseconds since 1970: what was before does not count. */
  private readonly lifted = new Map<string, number>();
  /** What this replica has written and may not have seen yet. */
  private written:
    { readonly organizations: string[]; readonly revision: Revision; until: number } | undefined;

  constructor(private readonly options: QuarantinerOptions) {
    this.alarm = new Alarm(options.clock, () => void this.look());
  }

  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    const { states, election, verdicts } = this.options;
    this.unsubscribe = [
      states.onChange((state) => {
        if (isSameFor(this.seen, state)) return;
        this.noteLifted(this.seen, state);
        this.seen = state;
        this.wakeIn(COALESCE_MS);
      }),
      verdicts.onChange(() => this.wakeIn(COALESCE_MS)),
      election.onElected(() => {
        this.forget();
        this.wakeIn(0);
      }),
      election.onDeposed(() => this.forget()),
    ];
    this.seen = states.state;
    this.wakeIn(0);
  }

  stop(): void {
    this.isStarted = false;
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.unsubscribe = [];
    this.forget();
  }

  private forget(): void {
    this.alarm.cancel();
    this.judged = undefined;
    this.written = undefined;
    this.lifted.clear();
  }

  private wakeIn(ms: number): void {
    if (this.isStarted && this.options.election.isLeader()) this.alarm.ringIn(ms);
  }

  /** An operator has decided: only what happens from now on is held against the organization. */
  private noteLifted(before: ClusterState, after: ClusterState): void {
    for (const organization of before.quarantines.keys()) {
      if (after.quarantines.has(organization)) continue;
      this.lifted.set(organization, this.options.wallClock());
      const { judged } = this;
      if (judged === undefined) continue;
      const suspicions = judged.suspicions.filter((one) => one.organization !== organization);
      this.judged = { ...judged, suspicions };
    }
  }

  private async look(): Promise<void> {
    const { states, election, verdicts, fleet, clock, wallClock } = this.options;
    const { state } = states;
    if (!this.isStarted || !election.isLeader() || this.isWriting || !isLoaded(state)) return;
    if (!this.hasSeen(state)) {
      this.wakeIn(RETRY_MS);
      return;
    }
    const now = Math.round(wallClock());
    const suspicions = this.suspicions(state, now);
    const servers = fleet().servers(clock.now());
    const changes = nextQuarantines({
      state,
      health: healthOf(verdicts.current),
      connections: (server) => servers.get(server)?.connections ?? 0,
      suspicions,
      now,
    }).slice(0, MOST_CHANGES);
    if (changes.length === 0) return;
    this.isWriting = true;
    try {
      await this.write(changes);
      this.complaint = '';
      this.isWriting = false;
      this.wakeIn(COALESCE_MS);
    } catch (error) {
      this.isWriting = false;
      this.failed(error);
    }
  }

  /** Whether the state shows what was written last: before, a server could be given twice. */
  private hasSeen({ quarantines }: ClusterState): boolean {
    const { written } = this;
    if (written === undefined) return true;
    const isSeen = written.organizations.every(
      (organization) => (quarantines.get(organization)?.revision ?? 0) >= written.revision,
    );
    if (!isSeen && this.options.clock.now() < written.until) return false;
    this.written = undefined;
    return true;
  }

  /** Under suspicion by the deaths of which all reports have come. */
  private suspicions({ settings }: ClusterState, now: number): readonly Suspicion[] {
    const { verdicts, fleet, clock } = this.options;
    const { quarantineWindowMs: windowMs, reportIntervalMs, flapWindowMs } = settings;
    const lateMs = reportIntervalMs + REPORT_MS;
    const recent = deathsOf(verdicts.current).filter(({ atMs }) => now - atMs < flapWindowMs);
    const due = recent.filter(({ atMs }) => now >= atMs + lateMs);
    const next = Math.min(...recent.filter((death) => !due.includes(death)).map(({ atMs }) => atMs + lateMs));
    if (next !== Infinity) this.wakeIn(Math.min(next - now, lateMs));
    const deaths = JSON.stringify(due);
    if (this.judged?.deaths !== deaths) {
      const since = now - clock.now();
      const arrivals = this.withoutLifted(fleet().arrivals, since);
      this.judged = { deaths, suspicions: toQuarantine(arrivals, due, { windowMs, lateMs }) };
    }
    return this.judged.suspicions;
  }

  /** @param since when the clock of the arrivals began, in milliseconds since 1970 */
  private *withoutLifted(arrivals: Iterable<Arrival>, since: number): Generator<Arrival> {
    for (const { organization, server, atMs } of arrivals) {
      const at = Math.max(0, Math.round(since + atMs));
      if (at > (this.lifted.get(organization) ?? -Infinity)) yield { organization, server, atMs: at };
    }
  }

  private async write(changes: readonly QuarantineChange[]): Promise<void> {
    const { store, election, clock } = this.options;
    const revision = await store.transact({
      ifs: changes.map(({ quarantine, expected }) => ({
        key: kind.keyOf(quarantine.organization),
        revision: expected,
      })),
      fence: election.fence(),
      then: changes.map(({ quarantine }) => ({
        put: kind.keyOf(quarantine.organization),
        value: kind.encode(quarantine),
      })),
    });
    const organizations = changes.map(({ quarantine }) => quarantine.organization);
    this.written = { organizations, revision, until: clock.now() + SEEN_MS };
    for (const change of changes) this.say(change);
  }

  private say({ before, quarantine: { organization, server, deaths } }: QuarantineChange): void {
    const { log } = this.options;
    if (before === undefined) {
      const died = deaths.map(({ server: id }) => id);
      const done =
        server === null
          ? 'there is no server to spare for it, and its devices stay where the table says'
          : 'it has a server of its own until an operator lifts that';
      log.error(
        { organization, died, server },
        `an organization is quarantined: servers died soon after it had come to them; ${done}`,
      );
    } else if (server === null) {
      log.warn({ organization, from: before.server }, 'a quarantined organization has lost its own server');
    } else {
      const facts = { organization, from: before.server, to: server };
      log.warn(facts, 'a quarantined organization gets another server of its own');
    }
  }

  private failed(error: unknown): void {
    const { log } = this.options;
    const { message } = error as Error;
    if (isCohortError(error, 'COHORT_STORE_FENCED') || isCohortError(error, 'COHORT_STORE_NOT_LEADER')) {
      log.info({ why: message }, 'a quarantine was not written: another replica leads');
    } else if (isCohortError(error, 'COHORT_STORE_CONFLICT')) {
      log.debug({ why: message }, 'a quarantine was not written: what is stored is newer');
    } else if (this.complaint !== message) {
      log.error({ err: error }, 'a quarantine could not be written; it is tried again');
    }
    this.complaint = message;
    this.wakeIn(RETRY_MS);
  }
}

function deathsOf({ servers }: Verdicts): Death[] {
  return Object.entries(servers).flatMap(([server, { deaths }]) => deaths.map((atMs) => ({ server, atMs })));
}

/** Whether nothing has changed that quarantines depend on. */
function isSameFor(before: ClusterState, after: ClusterState): boolean {
  const parts = ['quarantines', 'servers', 'views', 'settings', 'loaded'] as const;
  return parts.every((part) => before[part] === after[part]);
}
