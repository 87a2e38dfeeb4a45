/** Gives proxies what the state says, once for all changes of a moment. */
import type { Logger } from 'pino';
import { servers as serverKind } from '../model/index.ts';
import type { FilterCode } from '../resources/index.ts';
import { Alarm } from '../store/alarm.ts';
import type { Clock } from '../store/clock.ts';
import type { Unsubscribe } from '../store/store.ts';
import type { HealthSpecification, Snapshot } from '../xds/index.ts';
import { hostNames, type Unresolved } from './addresses.ts';
import { isLoaded, type ClusterState } from './cluster-state.ts';
import { Resolver } from './resolver.ts';
import { SnapshotMaker } from './snapshot.ts';
import type { StateWatcher } from './watcher.ts';

/** Changes within this time go out together. Milliseconds. */
const COALESCE_MS = 10;
/**
 * How long the first snapshot waits for the servers' host names: without it proxies that come back to a control plane that
 * has just started would be told of no servers. Milliseconds.
 */
const FIRST_LOOKUP_MS = 2_000;

export interface PublisherOptions {
  readonly states: Pick<StateWatcher, 'state' | 'onChange'>;
  readonly code: FilterCode;
  /** @param since when the first change that it follows from was seen, in milliseconds of the clock */
  readonly publish: (snapshot: Snapshot, health: HealthSpecification, since: number) => void;
  /** Told after every look at the state: proxies are given all that follows from it. */
  readonly current?: (state: ClusterState) => void;
  /** Proxies come, with so many workers each; undefined: it does not tell. Default: none do. */
  readonly proxies?: {
    onConnected(listener: (proxy: { readonly workers: number | undefined }) => void): Unsubscribe;
  };
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** All addresses of a host; for tests. */
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined;
}

export class Publisher {
  private readonly options: PublisherOptions;
  private readonly maker = new SnapshotMaker();
  private readonly resolver: Resolver;
  private readonly unsubscribe: Unsubscribe[];
  /** The most that any proxy has had since this process runs: one that goes changes nothing for the others. */
  private workers = 0;
  private readonly alarm: Alarm;
  private firstLookupUntil: number | undefined;
  private published = false;
  private left: readonly Unresolved[] = [];
  private before: Shown | undefined;
  /** When the first change was seen that nothing has been made of yet. */
  private changedAt: number | undefined;

  /** Begins at once. */
  constructor(options: PublisherOptions) {
    this.options = options;
    this.alarm = new Alarm(options.clock, () => this.run());
    const { states, clock, log, resolve } = options;
    this.resolver = new Resolver({
      clock,
      log,
      intervalMs: () => states.state.settings.resolveIntervalMs,
      ...(resolve ? { resolve } : {}),
      changed: () => {
        this.before = undefined;
        this.changed();
      },
    });
    this.unsubscribe = [states.onChange(() => this.changed())];
    const connected = options.proxies?.onConnected(({ workers }) => this.hasWorkers(workers));
    if (connected !== undefined) this.unsubscribe.push(connected);
  }

  /** Whether proxies have been given a first snapshot. */
  get hasPublished(): boolean {
    return this.published;
  }
  /** Server ports that proxies are not told of: their hosts do not resolve. */
  get unresolved(): readonly Unresolved[] {
    return this.left;
  }

  stop(): void {
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.alarm.cancel();
    this.resolver.stop();
  }

  /** The pace of each worker follows from the most workers. */
  private hasWorkers(workers: number | undefined): void {
    if (workers === undefined || workers <= this.workers) return;
    this.workers = workers;
    this.before = undefined;
    this.changed();
  }

  private changed(): void {
    this.changedAt ??= this.options.clock.now();
    this.alarm.ringIn(COALESCE_MS);
  }

  private run(): void {
    const { states, clock, code, log } = this.options;
    const { state } = states;
    if (!isLoaded(state)) return;
    if (isSame(this.before, state)) {
      this.changedAt = undefined;
      if (this.published) this.options.current?.(state);
      return;
    }
    // Proxies that were told of endpoints without it would send its devices elsewhere.
    const lost = lostServers(state);
    if (lost.length > 0) {
      this.before = state;
      log.error(
        { servers: lost },
        'the record of a server that the assignment names cannot be read: proxies are told nothing until it is mended',
      );
      return;
    }
    this.resolver.watch(
      hostNames(
        [...[...state.servers.values()].map(({ value }) => value), ...state.leaving.values()],
        [...state.greeters.values()].map(({ value }) => value.address),
      ),
    );
    try {
      const { snapshot, health, unresolved } = this.maker.make({
        state,
        code,
        resolved: this.resolver.resolved,
        workers: [this.workers],
      });
      if (unresolved.length > 0 && !this.published) {
        this.firstLookupUntil ??= clock.now() + FIRST_LOOKUP_MS;
        const wait = this.firstLookupUntil - clock.now();
        if (wait > 0) {
          this.alarm.ringIn(wait);
          return;
        }
      }
      this.before = state;
      this.left = unresolved;
      const since = this.changedAt ?? clock.now();
      this.changedAt = undefined;
      this.options.publish(snapshot, health, since);
      this.published = true;
      this.options.current?.(state);
    } catch (error) {
      this.before = state;
      log.error({ err: error }, 'the state cannot be made into resources; proxies keep what they have');
    }
  }
}

/** Servers that the assignment names and whose record was damaged before this process ever read it. */
function lostServers({ assignment, servers, leaving, invalid }: ClusterState): string[] {
  return (assignment?.servers ?? []).filter(
    (id) => !servers.has(id) && !leaving.has(id) && invalid.has(serverKind.keyOf(id)),
  );
}

function isSame(a: Shown | undefined, b: Shown): boolean {
  return (
    a?.servers === b.servers &&
    a.greeters === b.greeters &&
    a.leaving === b.leaving &&
    a.assignment === b.assignment &&
    a.organizations === b.organizations &&
    a.settings === b.settings
  );
}
/** The parts of the state that proxies are shown. */
type Shown = Pick<
  ClusterState,
  'servers' | 'leaving' | 'greeters' | 'assignment' | 'organizations' | 'settings'
>;
