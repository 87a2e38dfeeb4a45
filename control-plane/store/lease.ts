/**
 * A lease's whole life: granted, kept alive, lost by its own clock, granted anew with its keys, revoked.
 * (The model is etcd's `client/v3/concurrency/session.go`, which ends where this one begins again.)
 */
import { isCohortError } from '../errors.ts';
import { sleep } from './clock.ts';
import type { Clock } from './clock.ts';
import { stopped } from './failures.ts';
import { KeptKeys } from './kept-keys.ts';
import type { LeaseCalls } from './lease-calls.ts';
import { Listeners } from './listeners.ts';
import type { Settings } from './options.ts';
import type { Lease, Unsubscribe } from './store.ts';
import { toBuffer } from './keys.ts';

/**
 * Of the TTL, counted from before the request was sent: after this the lease counts as lost. etcd counts from when it got
 * the request, so the rest is left for two clocks that do not run alike.
 */
export const SAFE_SHARE = 0.9;
/** Keepalives in one TTL. */
const KEEPALIVES = 3;
/** Pause after a call that failed, in milliseconds. */
const RETRY_MS = 100;
/** What `stop` waits for the revocation, in milliseconds. */
const REVOKE_MS = 1_000;

interface Held {
  readonly id: string;
  readonly ttlMs: number;
  /** By the clock: until then no one else can have seen it expire. */
  until: number;
  /** Aborted when it is lost. */
  readonly over: AbortController;
}

export class EtcdLease implements Lease {
  readonly ttlSeconds: number;
  private readonly calls: LeaseCalls;
  private readonly clock: Clock;
  private readonly log: Settings['log'];
  private readonly keys: KeptKeys;
  private readonly stopping = new AbortController();
  private readonly heldListeners: Listeners<{ regained: boolean }>;
  private readonly lostListeners: Listeners<string>;
  private readonly running: Promise<void>;
  private held_: Held | undefined;
  private cancelExpiry: (() => void) | undefined;
  private everHeld = false;

  /** Begins at once. @param ttlSeconds at least 2: etcd's own least */
  constructor(calls: LeaseCalls, ttlSeconds: number, settings: Pick<Settings, 'clock' | 'log'>) {
    if (!Number.isInteger(ttlSeconds) || ttlSeconds < 2) {
      throw new RangeError(`a lease lives for 2 or more whole seconds, not ${ttlSeconds}`);
    }
    this.ttlSeconds = ttlSeconds;
    this.calls = calls;
    this.clock = settings.clock;
    this.log = settings.log;
    this.keys = new KeptKeys(calls);
    const failed = (error: unknown): void =>
      settings.log.error({ err: error }, 'a listener of a lease failed');
    this.heldListeners = new Listeners(failed);
    this.lostListeners = new Listeners(failed);
    this.running = this.run();
  }

  get id(): string | undefined {
    return this.isHeld() ? this.held_?.id : undefined;
  }

  isHeld(): boolean {
    return this.held_ !== undefined && this.clock.now() < this.held_.until;
  }

  held(): Promise<void> {
    if (this.isHeld()) return Promise.resolve();
    if (this.stopping.signal.aborted) return Promise.reject(stopped('lease'));
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        unsubscribe();
        reject(stopped('lease'));
      };
      const unsubscribe = this.onHeld(() => {
        unsubscribe();
        this.stopping.signal.removeEventListener('abort', abort);
        resolve();
      });
      this.stopping.signal.addEventListener('abort', abort);
    });
  }

  put(key: string, value: Uint8Array | string): Promise<void> {
    return this.want(key, toBuffer(value));
  }

  delete(key: string): Promise<void> {
    return this.want(key, undefined);
  }

  onHeld(listener: (grant: { readonly regained: boolean }) => void): Unsubscribe {
    return this.heldListeners.add(listener);
  }

  onLost(listener: (why: string) => void): Unsubscribe {
    return this.lostListeners.add(listener);
  }

  async stop(): Promise<void> {
    if (!this.stopping.signal.aborted) {
      const id = this.held_?.id;
      this.stopping.abort();
      this.lose('it was stopped');
      this.keys.abandon(stopped('lease'));
      if (id !== undefined) await this.revoke(id, REVOKE_MS);
    }
    // Where etcd is silent a call under way takes its whole time, and whoever ends the process has none: what such a call
    // still brings is given back by `run`, or expires.
    const ended = new AbortController();
    const running = this.running.finally(() => ended.abort());
    await Promise.race([running, sleep(this.clock, REVOKE_MS, ended.signal)]);
  }

  private want(key: string, value: Buffer | undefined): Promise<void> {
    if (this.stopping.signal.aborted) return Promise.reject(stopped(`put ${key} under a lease`));
    const written = this.keys.want(key, value);
    void this.flush();
    return written;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let before: string | undefined;
    while (!signal.aborted) {
      const held = await this.grant();
      if (held === undefined) return;
      this.log.debug({ lease: held.id, regained: this.everHeld }, 'lease granted');
      this.heldListeners.tell({ regained: this.everHeld });
      this.everHeld = true;
      void this.move(before);
      await this.keep(held);
      before = held.id;
    }
  }

  /**
   * Writes the keys under the new lease and only then revokes the one before, so that kept keys are never absent. Once
   * that one has ended they are written again: a write under it that counted as failed may have come in late, and have
   * taken a key with it.
   */
  private async move(before: string | undefined): Promise<void> {
    await this.flush();
    if (before === undefined) return;
    const revoked = await this.revoke(before, REVOKE_MS);
    if (!revoked) await sleep(this.clock, this.ttlSeconds * 1_000, this.stopping.signal);
    this.keys.rewrite();
    await this.flush();
  }

  /** Tries until there is a lease. */
  private async grant(): Promise<Held | undefined> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const sent = this.clock.now();
      try {
        const { id, ttlSeconds } = await this.calls.grant(this.ttlSeconds, this.ttlSeconds * 1_000);
        const ttlMs = ttlSeconds * 1_000;
        const held = { id, ttlMs, until: sent + ttlMs * SAFE_SHARE, over: new AbortController() };
        if (signal.aborted) await this.revoke(id, REVOKE_MS);
        else if (this.clock.now() < held.until) {
          this.hold(held, held.until);
          return held;
        }
      } catch (error) {
        this.log.debug({ err: error }, 'no lease yet');
      }
      await sleep(this.clock, RETRY_MS, signal);
    }
    return undefined;
  }

  /** Returns when the lease is lost. */
  private async keep(held: Held): Promise<void> {
    const interval = held.ttlMs / KEEPALIVES;
    let pause = interval - (held.ttlMs * SAFE_SHARE - (held.until - this.clock.now()));
    while (this.held_ === held) {
      await sleep(this.clock, Math.max(0, Math.min(pause, held.until - this.clock.now())), held.over.signal);
      if (!this.stillHeld(held)) return;
      const sent = this.clock.now();
      pause = await this.renew(held, Math.min(interval, held.until - sent), sent);
      // A key that could not be written when it was wanted gets its chance with every keepalive.
      void this.flush();
    }
  }

  /** One keepalive. @returns milliseconds until the next one */
  private async renew(held: Held, timeoutMs: number, sent: number): Promise<number> {
    try {
      const ttlSeconds = await this.calls.keepAlive(held.id, timeoutMs);
      if (!this.stillHeld(held)) return 0;
      if (ttlSeconds > 0) this.hold(held, sent + ttlSeconds * 1_000 * SAFE_SHARE);
      else this.lose('etcd has let it expire');
      return held.ttlMs / KEEPALIVES - (this.clock.now() - sent);
    } catch (error) {
      this.log.debug({ lease: held.id, err: error }, 'a keepalive failed');
      return RETRY_MS;
    }
  }

  private hold(held: Held, until: number): void {
    held.until = until;
    this.held_ = held;
    this.cancelExpiry?.();
    this.cancelExpiry = this.clock.after(until - this.clock.now(), () => this.stillHeld(held));
  }

  /** Once its own time has passed a lease is lost for good, even if etcd should still have it. */
  private stillHeld(held: Held): boolean {
    if (this.held_ !== held) return false;
    if (this.clock.now() < held.until) return true;
    this.lose('etcd has not confirmed it in time');
    return false;
  }

  private lose(why: string): void {
    this.cancelExpiry?.();
    const held = this.held_;
    if (held === undefined) return;
    this.held_ = undefined;
    held.over.abort();
    if (!this.stopping.signal.aborted) this.log.warn({ lease: held.id }, `lease lost: ${why}`);
    this.lostListeners.tell(why);
  }

  private async flush(): Promise<void> {
    try {
      await this.keys.flush(() => this.id);
    } catch (error) {
      if (isCohortError(error, 'COHORT_STORE_LEASE_LOST')) this.lose('etcd does not know it any more');
      else this.log.debug({ err: error }, 'a key under a lease is not written yet');
    }
  }

  /** @returns whether it has ended for sure */
  private async revoke(id: string, timeoutMs: number): Promise<boolean> {
    try {
      await this.calls.revoke(id, timeoutMs);
      return true;
    } catch (error) {
      // It expires of itself.
      this.log.debug({ lease: id, err: error }, 'a lease was not revoked');
      return isCohortError(error, 'COHORT_STORE_LEASE_LOST');
    }
  }
}
