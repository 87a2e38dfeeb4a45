/** Keeps the state of the cluster up to date from the store. */
import type { Logger } from 'pino';
import { ASSIGNMENT, type Kind } from '../model/index.ts';
import { Listeners } from '../store/listeners.ts';
import type { Invalid, Store, Unsubscribe, Watch } from '../store/store.ts';
import { isLoaded, NO_STATE, reduce, WATCHED, type ClusterState, type StateEvent } from './cluster-state.ts';

export class StateWatcher {
  private readonly store: Store;
  private readonly log: Pick<Logger, 'error' | 'warn' | 'info'>;
  private readonly listeners: Listeners<ClusterState>;
  private watches: Watch[] = [];
  private current: ClusterState = NO_STATE;

  constructor(store: Store, log: Pick<Logger, 'error' | 'warn' | 'info'>) {
    this.store = store;
    this.log = log;
    this.listeners = new Listeners((error) => log.error({ err: error }, 'a listener of the state failed'));
  }

  get state(): ClusterState {
    return this.current;
  }

  /** Called after every change, the first one included; the state may not be loaded whole yet. */
  onChange(listener: (state: ClusterState) => void): Unsubscribe {
    return this.listeners.add(listener);
  }

  /** Resolves when all has been read once. */
  loaded(): Promise<void> {
    if (isLoaded(this.current)) return Promise.resolve();
    return new Promise((resolve) => {
      const unsubscribe = this.onChange((state) => {
        if (!isLoaded(state)) return;
        unsubscribe();
        resolve();
      });
    });
  }

  start(): void {
    if (this.watches.length > 0) return;
    const kinds = Object.entries(WATCHED) as [keyof typeof WATCHED, Kind<unknown>][];
    this.watches = kinds.map(([source, kind]) =>
      this.store.watch(kind.prefix, (event) => this.heard({ source, event }), {
        exact: !kind.prefix.endsWith('/'),
      }),
    );
    this.watches.push(
      this.store.watchVersioned(ASSIGNMENT, (event) => this.heard({ source: 'assignment', event })),
    );
  }

  stop(): void {
    for (const watch of this.watches) watch.stop();
    this.watches = [];
    this.listeners.clear();
  }

  private heard(event: StateEvent): void {
    const before = this.current;
    this.current = reduce(before, event);
    for (const [key, invalid] of this.current.invalid) {
      if (before.invalid.get(key)?.revision !== invalid.revision) this.complain(invalid);
    }
    this.listeners.tell(this.current);
  }

  private complain({ key, revision, why }: Invalid): void {
    this.log.error({ key, revision, why }, 'a stored value cannot be read and is set aside');
  }
}
