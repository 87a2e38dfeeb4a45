/** The store on etcd: the parts put together. */
import { stopped } from './failures.ts';
import { Endpoints } from './endpoints.ts';
import { EtcdElection, observeLeader } from './election.ts';
import { KeyValues } from './kv.ts';
import { EtcdLease } from './lease.ts';
import { leaseCalls } from './lease-calls.ts';
import { withDefaults } from './options.ts';
import type { EtcdStoreOptions, Settings } from './options.ts';
import { Prober } from './prober.ts';
import type {
  CallOptions,
  Election,
  Entry,
  Health,
  Leader,
  Lease,
  Listing,
  PutOptions,
  ReadOptions,
  Revision,
  Store,
  Transaction,
  Unsubscribe,
  Versioned,
  VersionedEvent,
  VersionedWrite,
  Watch,
  WatchEvent,
} from './store.ts';
import { readVersioned, writeVersioned } from './versioned.ts';
import { VersionedWatch } from './versioned-watch.ts';
import { EtcdWatch } from './watch.ts';

/** Milliseconds that one probe may take. */
const PROBE_MS = 3_000;
/** The key that a probe reads; nothing writes it. */
const PROBE_KEY = 'probe';

export class EtcdStore implements Store {
  private readonly settings: Settings;
  private readonly endpoints: Endpoints;
  private readonly kv: KeyValues;
  private readonly prober: Prober;
  private readonly watches = new Set<Watch>();
  private readonly leases = new Set<Lease>();
  private readonly elections = new Set<Election>();
  private stopped = false;

  /** Connects with the first call. @throws TypeError for options that make no sense */
  constructor(options: EtcdStoreOptions) {
    this.settings = withDefaults(options);
    this.endpoints = new Endpoints(this.settings);
    this.kv = new KeyValues(this.endpoints, this.settings.prefix);
    const limits = { timeoutMs: Math.min(PROBE_MS, this.settings.timeoutMs) };
    this.prober = new Prober(async () => (await this.kv.read(PROBE_KEY, limits)).revision, this.settings);
  }

  start(): Promise<void> {
    return this.stopped ? Promise.reject(stopped('start')) : this.prober.start();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const watch of this.watches) watch.stop();
    this.watches.clear();
    await Promise.all([...this.elections].map((election) => election.stop()));
    await Promise.all([...this.leases].map((lease) => lease.stop()));
    this.elections.clear();
    this.leases.clear();
    this.endpoints.stop();
    await this.prober.stop();
  }

  get health(): Health {
    return this.prober.health;
  }

  onHealth(listener: (health: Health) => void): Unsubscribe {
    return this.prober.onHealth.add(listener);
  }

  get(key: string, options?: ReadOptions): Promise<Entry | undefined> {
    return this.kv.get(key, options);
  }

  list(prefix: string, options?: ReadOptions): Promise<Listing> {
    return this.kv.list(prefix, options);
  }

  put(key: string, value: Uint8Array | string, options?: PutOptions): Promise<Revision> {
    return this.kv.put(key, value, options);
  }

  delete(key: string, options?: CallOptions): Promise<boolean> {
    return this.kv.delete(key, options);
  }

  transact(transaction: Transaction, options?: CallOptions): Promise<Revision> {
    return this.kv.transact(transaction, options);
  }

  watch(prefix: string, listener: (event: WatchEvent) => void, options?: { exact?: boolean }): Watch {
    const { endpoints, kv, prober, settings } = this;
    // Without probes nobody would notice that a watch has gone silent.
    prober.begin();
    return this.owned(
      (): Watch => new EtcdWatch({ endpoints, kv, prober, settings }, prefix, listener, options),
    );
  }

  lease(ttlSeconds: number): Lease {
    this.refuseWhenStopped('lease');
    const lease = new EtcdLease(leaseCalls(this.endpoints, this.kv), ttlSeconds, this.settings);
    this.leases.add(lease);
    return lease;
  }

  election(name: string, options: { lease: Lease; value: string }): Election {
    this.refuseWhenStopped('election');
    const election = new EtcdElection(this, name, options, this.settings);
    this.elections.add(election);
    return election;
  }

  observeLeader(name: string, listener: (leader: Leader | undefined) => void): Watch {
    return observeLeader(this, name, listener);
  }

  writeVersioned(name: string, bytes: Uint8Array, options?: VersionedWrite): Promise<Versioned> {
    const { random, log } = this.settings;
    const littered = (error: unknown): void =>
      log.warn({ err: error }, `chunks of old versions of ${name} are left`);
    return writeVersioned({ store: this, random, littered }, name, bytes, options);
  }

  readVersioned(name: string): Promise<Versioned | undefined> {
    return readVersioned(this, name);
  }

  watchVersioned(name: string, listener: (event: VersionedEvent) => void): Watch {
    return this.owned((): Watch => new VersionedWatch(this, name, listener, this.settings.clock));
  }

  /** Remembers a watch, so that `stop` ends it; forgets it when it is stopped. */
  private owned(make: () => Watch): Watch {
    this.refuseWhenStopped('watch');
    const watch = make();
    const handle: Watch = {
      stop: () => {
        watch.stop();
        this.watches.delete(handle);
      },
    };
    this.watches.add(handle);
    return handle;
  }

  private refuseWhenStopped(what: string): void {
    if (this.stopped) throw stopped(what);
  }
}
