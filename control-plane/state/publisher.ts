/** Gives proxies what the state says, once for all changes of a moment. */
import type { Logger } from 'pino';
import type { FilterCode } from '../resources/index.ts';
import type { Clock } from '../store/clock.ts';
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
  readonly publish: (snapshot: Snapshot, health: HealthSpecification) => void;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** All addresses of a host; for tests. */
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined;
}

export class Publisher {
  private readonly options: PublisherOptions;
  private readonly maker = new SnapshotMaker();
  private readonly resolver: Resolver;
  private readonly unsubscribe: () => void;
  private cancelTimer: (() => void) | undefined;
  private timerAt = Infinity;
  private firstLookupUntil: number | undefined;
  private published = false;
  private left: readonly Unresolved[] = [];
  private before: Shown | undefined;

  /** Begins at once. */
  constructor(options: PublisherOptions) {
    this.options = options;
    const { states, clock, log, resolve } = options;
    this.resolver = new Resolver({
      clock,
      log,
      intervalMs: () => states.state.settings.resolveIntervalMs,
      ...(resolve ? { resolve } : {}),
      changed: () => {
        this.before = undefined;
        this.schedule(COALESCE_MS);
      },
    });
    this.unsubscribe = states.onChange(() => this.schedule(COALESCE_MS));
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
    this.unsubscribe();
    this.cancelTimer?.();
    this.resolver.stop();
  }

  /** The soonest time that was asked for counts. */
  private schedule(ms: number): void {
    const { clock } = this.options;
    const at = clock.now() + ms;
    if (at >= this.timerAt) return;
    this.cancelTimer?.();
    this.timerAt = at;
    this.cancelTimer = clock.after(ms, () => {
      this.cancelTimer = undefined;
      this.timerAt = Infinity;
      this.run();
    });
  }

  private run(): void {
    const { states, clock, code, log } = this.options;
    const { state } = states;
    if (!isLoaded(state) || isSame(this.before, state)) return;
    this.resolver.watch(
      hostNames([...[...state.servers.values()].map(({ value }) => value), ...state.leaving.values()]),
    );
    try {
      const { snapshot, health, unresolved } = this.maker.make({
        state,
        code,
        resolved: this.resolver.resolved,
      });
      if (unresolved.length > 0 && !this.published) {
        this.firstLookupUntil ??= clock.now() + FIRST_LOOKUP_MS;
        const wait = this.firstLookupUntil - clock.now();
        if (wait > 0) {
          this.schedule(wait);
          return;
        }
      }
      this.before = state;
      this.left = unresolved;
      this.options.publish(snapshot, health);
      this.published = true;
    } catch (error) {
      this.before = state;
      log.error({ err: error }, 'the state cannot be made into resources; proxies keep what they have');
    }
  }
}

function isSame(a: Shown | undefined, b: Shown): boolean {
  return (
    a?.servers === b.servers &&
    a.leaving === b.leaving &&
    a.assignment === b.assignment &&
    a.settings === b.settings
  );
}
/** The parts of the state that proxies are shown. */
type Shown = Pick<ClusterState, 'servers' | 'leaving' | 'assignment' | 'settings'>;
