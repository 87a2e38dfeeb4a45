/**
 * What the control plane asks of its store, and the words it uses. `EtcdStore` is the one implementation; the parts of it
 * that need no more than this interface (elections, versioned values, collections) are written against it.
 *
 * Keys are relative to the store's prefix. Every call has a deadline; errors are `CohortError` with a `COHORT_STORE_…` code.
 */

/** etcd's revision: a number that grows with every write to the cluster. 0: the key does not exist. */
export type Revision = number;

/** Ends a subscription. Safe to call twice. */
export type Unsubscribe = () => void;

/** One key as it was read. */
export interface Entry {
  readonly key: string;
  readonly value: Buffer;
  /** Of the write that made it what it is. */
  readonly revision: Revision;
  /** Of the write that brought it into being. */
  readonly createRevision: Revision;
  /** The lease that it lives under, if any. */
  readonly lease: string | undefined;
}

/** All keys under a prefix at one revision, in the order of their keys. */
export interface Listing {
  readonly entries: readonly Entry[];
  readonly revision: Revision;
}

export interface CallOptions {
  /** Milliseconds until the call fails with COHORT_STORE_UNAVAILABLE; default: the store's. */
  timeoutMs?: number;
}

export interface ReadOptions extends CallOptions {
  /** Read as of this revision. @throws COHORT_STORE_COMPACTED when etcd no longer has it. */
  revision?: Revision;
  /** Leave the values out (they are empty buffers). */
  keysOnly?: boolean;
  /** Entries in one request of a list; default 500. A whole answer must stay under 64 MiB. */
  pageSize?: number;
}

export interface PutOptions extends CallOptions {
  /** Id of the lease that the key lives under. */
  lease?: string;
}

/** Holds when the key's last write is `revision`; 0: when the key does not exist. */
export interface Condition {
  readonly key: string;
  readonly revision: Revision;
}

/**
 * Holds while the election that gave it has not passed to another candidate. Given to a write, the write does nothing once
 * this replica has been deposed, even if it does not know it yet.
 */
export interface Fence {
  readonly key: string;
  readonly createRevision: Revision;
}

export type Operation =
  | { readonly put: string; readonly value: Uint8Array | string; readonly lease?: string }
  | { readonly delete: string };

/** Either all of `then` happens, at one revision, or nothing. No key may be written twice. At most 128 operations. */
export interface Transaction {
  readonly ifs?: readonly Condition[];
  readonly fence?: Fence;
  readonly then: readonly Operation[];
}

/** In the details of COHORT_STORE_CONFLICT: a condition that does not hold. */
export interface Conflict {
  readonly key: string;
  readonly expected: Revision;
  /** 0: the key does not exist. */
  readonly actual: Revision;
}

export interface Change {
  readonly key: string;
  readonly revision: Revision;
  /** What the key is now; undefined: deleted. */
  readonly entry: Entry | undefined;
}

/** What a watch tells, in order; the revisions never go back, except after a `snapshot` with `reset`. */
export type WatchEvent =
  /**
   * All there is. The first event; again when changes may have been missed (a connection broke, etcd compacted) and
   * something did change. `changes` is the difference to what was told before: apply it, or replace all by `entries`.
   */
  | {
      readonly kind: 'snapshot';
      readonly revision: Revision;
      readonly entries: readonly Entry[];
      readonly changes: readonly Change[];
      /** etcd was emptied or restored: its revisions have gone back. */
      readonly reset: boolean;
    }
  /** All changes of one revision, hence of one transaction. */
  | { readonly kind: 'change'; readonly revision: Revision; readonly changes: readonly Change[] }
  /** For longer than the store's `staleAfterMs` nobody could say that nothing has changed. What was told stays in force. */
  | { readonly kind: 'stale'; readonly why: string }
  /** The end of `stale`: what was told is the present again. */
  | { readonly kind: 'current' };

export interface Watch {
  /** No event is delivered after this returns. */
  stop(): void;
}

/** A lease that outlives etcd's: when it is lost, it is granted anew, and its keys are written again. */
export interface Lease {
  readonly ttlSeconds: number;
  /** etcd's id of the lease while it is held. */
  readonly id: string | undefined;
  /**
   * Whether the lease lives, by this process's own clock. It turns false *before* etcd can let the lease go, also in a
   * process that was frozen meanwhile.
   */
  isHeld(): boolean;
  /** Resolves as soon as it is held. @throws COHORT_STORE_STOPPED */
  held(): Promise<void>;
  /**
   * Keeps `key` under the lease with this value from now on. Resolves when etcd has it, after any number of re-grants.
   * @throws COHORT_STORE_STOPPED, or what etcd refused the value with
   */
  put(key: string, value: Uint8Array | string): Promise<void>;
  /** Removes the key, now and for good. */
  delete(key: string): Promise<void>;
  /** Called when the lease is granted, first and anew. Keys that are kept are written right after. */
  onHeld(listener: (grant: { readonly regained: boolean }) => void): Unsubscribe;
  /** Called when the lease is lost: its keys may be gone or go at any moment. */
  onLost(listener: (why: string) => void): Unsubscribe;
  /** Revokes the lease, which deletes its keys; after a second without an answer leaves that to the TTL. */
  stop(): Promise<void>;
}

export type ElectionState = 'waiting' | 'candidate' | 'leading' | 'stopped';

/** This process's candidacy. It runs until stopped: deposed, it is a candidate again. */
export interface Election {
  readonly state: ElectionState;
  /** True only while no other candidate can lead; safe in a process that was frozen and thawed. */
  isLeader(): boolean;
  /** Makes a write impossible once this leader is deposed. @throws COHORT_STORE_NOT_LEADER */
  fence(): Fence;
  onElected(listener: () => void): Unsubscribe;
  onDeposed(listener: (why: string) => void): Unsubscribe;
  /** Withdraws: the next candidate leads at once. */
  stop(): Promise<void>;
}

/** Who leads, as an observer sees it. */
export interface Leader {
  /** What the leader gave as its value: its address. */
  readonly value: string;
  /** Grows with every new leader. */
  readonly createRevision: Revision;
}

/** A value of any size, read whole. */
export interface Versioned {
  /** 1, 2, 3, … */
  readonly version: number;
  readonly bytes: Buffer;
  /** Of the key that makes this version current; `expected` of the write that replaces it. */
  readonly revision: Revision;
}

export interface VersionedWrite {
  readonly fence?: Fence;
  /** Revision of the version that this one replaces; 0: there is none. Default: whatever is current now. */
  readonly expected?: Revision;
  /** Happens with it, or not at all. */
  readonly also?: readonly Operation[];
}

export type VersionedEvent =
  /** A version came into force; first the current one. `undefined`: there is none (any more). */
  | { readonly kind: 'version'; readonly value: Versioned | undefined }
  /** A version that cannot be read; the one told before stays in force. */
  | { readonly kind: 'invalid'; readonly invalid: Invalid }
  | { readonly kind: 'stale'; readonly why: string }
  | { readonly kind: 'current' };

/** A stored value that cannot be read: set aside. */
export interface Invalid {
  readonly key: string;
  readonly revision: Revision;
  readonly why: string;
}

/** Whether etcd answers. `starting`: it never has. */
export type Health =
  | { readonly state: 'starting' | 'stale'; readonly why: string }
  | { readonly state: 'current'; readonly revision: Revision };

export interface Store {
  /**
   * Resolves when etcd has answered for the first time, however long that takes; meanwhile `health` and the log say what
   * is wrong. @throws COHORT_STORE_STOPPED
   */
  start(): Promise<void>;
  /** Ends watches, elections and leases (revoked), and closes connections. Safe to call twice. */
  stop(): Promise<void>;
  readonly health: Health;
  /** Called at every change of `health.state`. */
  onHealth(listener: (health: Health) => void): Unsubscribe;

  get(key: string, options?: ReadOptions): Promise<Entry | undefined>;
  list(prefix: string, options?: ReadOptions): Promise<Listing>;
  /** Last writer wins; where another may write too, use `transact`. */
  put(key: string, value: Uint8Array | string, options?: PutOptions): Promise<Revision>;
  /** @returns whether there was such a key */
  delete(key: string, options?: CallOptions): Promise<boolean>;
  /**
   * @returns the revision at which it happened
   * @throws COHORT_STORE_CONFLICT with `details.conflicts: Conflict[]`; COHORT_STORE_FENCED
   * @throws COHORT_STORE_UNAVAILABLE; with `details.uncertain` true it may have happened or happen yet
   */
  transact(transaction: Transaction, options?: CallOptions): Promise<Revision>;
  /** Watches all keys that begin with `prefix`; with `exact`, the one key. Runs until stopped, whatever etcd does. */
  watch(prefix: string, listener: (event: WatchEvent) => void, options?: { exact?: boolean }): Watch;

  lease(ttlSeconds: number): Lease;
  /** @param value told to observers: the address under which this replica is reached */
  election(name: string, options: { lease: Lease; value: string }): Election;
  /** Tells who leads now and after every change; undefined: nobody. */
  observeLeader(name: string, listener: (leader: Leader | undefined) => void): Watch;

  /**
   * Makes `bytes` the current version: whole or not at all.
   * @throws COHORT_STORE_CONFLICT, COHORT_STORE_FENCED, COHORT_STORE_TOO_LARGE (over 64 MiB)
   */
  writeVersioned(name: string, bytes: Uint8Array, options?: VersionedWrite): Promise<Versioned>;
  /** @throws COHORT_STORE_INVALID when what is stored is damaged */
  readVersioned(name: string): Promise<Versioned | undefined>;
  /** Skips versions that are replaced while they are being read. */
  watchVersioned(name: string, listener: (event: VersionedEvent) => void): Watch;
}
