/**
 * The values of one kind, read through their schema, and kept up to date. A value that cannot be read is set aside and
 * named; the last good one of its key stays in force.
 */
import type { Kind } from '../model/kind.ts';
import { Listeners } from './listeners.ts';
import type { Settings } from './options.ts';
import type { Entry, Invalid, Revision, Store, Unsubscribe, Watch, WatchEvent } from './store.ts';

export interface Stored<T> {
  readonly value: T;
  /** For a `Condition`. */
  readonly revision: Revision;
}

export interface ReadAll<T> {
  readonly values: ReadonlyMap<string, Stored<T>>;
  readonly invalid: readonly Invalid[];
  readonly revision: Revision;
}

/** What changed, by id. */
export interface CollectionChange {
  readonly ids: readonly string[];
}

/** @returns the value, or in words why it is none */
function read<T>(kind: Kind<T>, entry: Entry): { id: string; value: T } | Invalid {
  const { key, revision } = entry;
  const id = kind.idOf(key);
  if (id === undefined) return { key, revision, why: `not a key of a ${kind.name}` };
  const decoded = kind.decode(id, entry.value);
  return 'why' in decoded ? { key, revision, why: decoded.why } : { id, value: decoded.value };
}

/** One value. @returns undefined: there is none; an `Invalid`: it cannot be read */
export async function readOne<T>(
  store: Store,
  kind: Kind<T>,
  id: string,
): Promise<Stored<T> | Invalid | undefined> {
  const entry = await store.get(kind.keyOf(id));
  if (entry === undefined) return undefined;
  const found = read(kind, entry);
  return 'why' in found ? found : { value: found.value, revision: entry.revision };
}

/** All values of a kind at one revision. */
export async function readAll<T>(store: Store, kind: Kind<T>): Promise<ReadAll<T>> {
  const { entries, revision } = await store.list(kind.prefix);
  const values = new Map<string, Stored<T>>();
  const invalid: Invalid[] = [];
  for (const entry of entries) {
    const found = read(kind, entry);
    if ('why' in found) invalid.push(found);
    else values.set(found.id, { value: found.value, revision: entry.revision });
  }
  return { values, invalid, revision };
}

export class Collection<T> {
  private readonly kind: Kind<T>;
  private readonly log: Settings['log'];
  private readonly watch: Watch;
  private readonly values_ = new Map<string, Stored<T>>();
  private readonly invalid_ = new Map<string, Invalid>();
  private readonly changeListeners: Listeners<CollectionChange>;
  private revision_: Revision = 0;
  private stale_ = false;

  /** Begins to watch at once. */
  constructor(store: Store, kind: Kind<T>, log: Settings['log']) {
    this.kind = kind;
    this.log = log;
    this.changeListeners = new Listeners((error) =>
      log.error({ err: error }, `a listener of ${kind.name} failed`),
    );
    this.watch = store.watch(kind.prefix, (event) => this.heard(event));
  }

  /** By id: the last good value of every key that is there. */
  get values(): ReadonlyMap<string, Stored<T>> {
    return this.values_;
  }

  /** By key: what is set aside now. */
  get invalid(): ReadonlyMap<string, Invalid> {
    return this.invalid_;
  }

  /** The store's revision up to which this is complete; 0: nothing has been read yet. */
  get revision(): Revision {
    return this.revision_;
  }

  /** Nobody could confirm for a while that this is still so. */
  get stale(): boolean {
    return this.stale_;
  }

  /** Called after the first reading, after every change, and when something becomes stale or current (with no ids). */
  onChange(listener: (change: CollectionChange) => void): Unsubscribe {
    return this.changeListeners.add(listener);
  }

  /** Resolves when all has been read once; never, if the store is stopped before. */
  ready(): Promise<void> {
    if (this.revision_ > 0) return Promise.resolve();
    return new Promise((resolve) => {
      const unsubscribe = this.onChange(() => {
        if (this.revision_ === 0) return;
        unsubscribe();
        resolve();
      });
    });
  }

  stop(): void {
    this.watch.stop();
    this.changeListeners.clear();
  }

  private heard(event: WatchEvent): void {
    switch (event.kind) {
      case 'stale':
      case 'current':
        this.stale_ = event.kind === 'stale';
        this.changeListeners.tell({ ids: [] });
        return;
      case 'snapshot':
      case 'change': {
        this.revision_ = event.revision;
        const ids = event.changes.flatMap(({ key, entry }) => this.apply(key, entry) ?? []);
        this.changeListeners.tell({ ids });
      }
    }
  }

  /** @returns the id whose value changed */
  private apply(key: string, entry: Entry | undefined): string | undefined {
    this.invalid_.delete(key);
    if (entry === undefined) {
      const id = this.kind.idOf(key);
      if (id !== undefined) this.values_.delete(id);
      return id;
    }
    const found = read(this.kind, entry);
    if ('why' in found) {
      this.invalid_.set(key, found);
      this.log.error(found, `a stored ${this.kind.name} cannot be read and is set aside`);
      return undefined;
    }
    this.values_.set(found.id, { value: found.value, revision: entry.revision });
    return found.id;
  }
}
