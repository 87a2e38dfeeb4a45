/** Watches which version is current, and reads each one whole before telling of it. */
import { isCohortError } from '../errors.ts';
import { currentKey } from './chunks.ts';
import { sleep } from './clock.ts';
import type { Clock } from './clock.ts';
import type { Revision, Store, VersionedEvent, Watch, WatchEvent } from './store.ts';
import { readVersioned } from './versioned.ts';

/** Pause after a read that failed, in milliseconds. */
const RETRY_MS = 500;

export class VersionedWatch implements Watch {
  private readonly store: Store;
  private readonly name: string;
  private readonly listener: (event: VersionedEvent) => void;
  private readonly clock: Clock;
  private readonly watch: Watch;
  private readonly stopping = new AbortController();
  /** Of the record that was told last; 0: that there is none; undefined: nothing was told. */
  private told: Revision | undefined;
  private reading = false;
  private again = false;

  constructor(store: Store, name: string, listener: (event: VersionedEvent) => void, clock: Clock) {
    this.store = store;
    this.name = name;
    this.listener = listener;
    this.clock = clock;
    this.watch = store.watch(currentKey(name), (event) => this.heard(event), { exact: true });
  }

  stop(): void {
    this.stopping.abort();
    this.watch.stop();
  }

  private heard(event: WatchEvent): void {
    if (event.kind === 'stale' || event.kind === 'current') this.tell(event);
    else if (this.reading) this.again = true;
    else void this.read();
  }

  /** Reads until no change has come in meanwhile. */
  private async read(): Promise<void> {
    const { signal } = this.stopping;
    this.reading = true;
    do {
      this.again = false;
      try {
        const value = await readVersioned(this.store, this.name);
        const revision = value?.revision ?? 0;
        if (revision !== this.told) {
          this.told = revision;
          this.tell({ kind: 'version', value });
        }
      } catch (error) {
        if (isCohortError(error, 'COHORT_STORE_INVALID')) this.tellInvalid(error.details);
        else {
          this.again = true;
          await sleep(this.clock, RETRY_MS, signal);
        }
      }
    } while (this.again && !signal.aborted);
    this.reading = false;
  }

  private tellInvalid(details: Readonly<Record<string, unknown>>): void {
    const { key, revision, why } = details as { key: string; revision: Revision; why: string };
    if (this.told === revision) return;
    this.told = revision;
    this.tell({ kind: 'invalid', invalid: { key, revision, why } });
  }

  private tell(event: VersionedEvent): void {
    if (!this.stopping.signal.aborted) this.listener(event);
  }
}
