/** The keys that live under a lease: what each should be, and writing it whenever the lease is granted anew. */
import { isCohortError } from '../errors.ts';
import type { LeaseCalls } from './lease-calls.ts';

interface Waiter {
  resolve: () => void;
  reject: (error: Error) => void;
}

interface Kept {
  /** Undefined: to be deleted. */
  value: Buffer | undefined;
  /** The lease under which etcd has this value. */
  writtenUnder: string | undefined;
  waiters: Waiter[];
}

export class KeptKeys {
  private readonly calls: LeaseCalls;
  private readonly keys = new Map<string, Kept>();
  private flushing: Promise<void> | undefined;

  constructor(calls: LeaseCalls) {
    this.calls = calls;
  }

  /** Sets what `key` should be; resolves when etcd has it, which takes a `flush`. */
  want(key: string, value: Buffer | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiters = this.keys.get(key)?.waiters ?? [];
      this.keys.set(key, { value, writtenUnder: undefined, waiters: [...waiters, { resolve, reject }] });
    });
  }

  /**
   * Writes all that etcd does not have under the lease that `current` names, until nothing is left or there is none.
   *
   * @throws what the call failed with when etcd did not answer or the lease has ended; what is left stays to be written
   */
  flush(current: () => string | undefined): Promise<void> {
    this.flushing ??= this.write(current).finally(() => (this.flushing = undefined));
    return this.flushing;
  }

  /** Has the next `flush` write everything again. */
  rewrite(): void {
    for (const kept of this.keys.values()) kept.writtenUnder = undefined;
  }

  /** Lets everybody who waits know that it will not come about. */
  abandon(error: Error): void {
    for (const { waiters } of this.keys.values()) for (const { reject } of waiters) reject(error);
    this.keys.clear();
  }

  private async write(current: () => string | undefined): Promise<void> {
    for (;;) {
      const lease = current();
      if (lease === undefined) return;
      const next = [...this.keys].find(([, { writtenUnder }]) => writtenUnder !== lease);
      if (next === undefined) return;
      try {
        await this.writeOne(...next, lease, current);
      } catch (error) {
        // It has been granted anew meanwhile: the one that ended is no matter.
        if (current() === lease || !isCohortError(error, 'COHORT_STORE_LEASE_LOST')) throw error;
      }
    }
  }

  private async writeOne(
    key: string,
    wanted: Kept,
    lease: string,
    current: () => string | undefined,
  ): Promise<void> {
    const { value } = wanted;
    try {
      await (value === undefined ? this.calls.delete(key) : this.calls.put(key, value, lease));
    } catch (error) {
      const later = ['COHORT_STORE_UNAVAILABLE', 'COHORT_STORE_LEASE_LOST', 'COHORT_STORE_STOPPED'] as const;
      if (!(error instanceof Error) || later.some((code) => isCohortError(error, code))) throw error;
      // No other attempt would fare better: whoever asked for it must know.
      if (this.keys.get(key) === wanted) this.keys.delete(key);
      for (const { reject } of wanted.waiters.splice(0)) reject(error);
      return;
    }
    // A value wanted meanwhile took the waiters over and is still to be written.
    if (this.keys.get(key) !== wanted) return;
    wanted.writtenUnder = lease;
    // Written under a lease that was lost meanwhile it is gone again in a moment.
    if (value !== undefined && current() !== lease) return;
    if (value === undefined) this.keys.delete(key);
    for (const { resolve } of wanted.waiters.splice(0)) resolve();
  }
}
