/**
 * Stores what the proxies of this replica see of the servers' health, for every replica to read, under this replica's lease.
 *
 * A proxy has one HDS stream, but one replica may notice that it has gone elsewhere only after another has stored its view.
 * So the last to be heard writes over what is there, what is deleted must be of this replica, and who finds that its
 * proxy's view has been lost or overwritten while it hears the proxy writes it again.
 */
import type { Logger } from 'pino';
import { isCohortError } from '../errors.ts';
import { views } from '../model/index.ts';
import type { StateWatcher } from '../state/watcher.ts';
import type { Clock } from '../store/clock.ts';
import type { Lease, Revision, Store, Unsubscribe } from '../store/store.ts';
import type { HdsService } from '../xds/index.ts';
import { seenServers, type ViewMemory } from './sightings.ts';

/** Changes within this time are written together. Milliseconds. */
const COALESCE_MS = 20;
/** Between two looks at what no transition tells: views without servers, lost writes. Milliseconds. */
const SWEEP_MS = 1_000;
/** A proxy reports every second: one heard within this time is on this replica. Milliseconds. */
const HEARD_MS = 3_000;
/** What the watch has to show a write. Milliseconds. */
const SHOWN_MS = 2_000;
/** Between two reports of a proxy. Milliseconds. */
const REPORT_MS = 1_000;

export interface ViewWriterOptions {
  /** The replica's id. */
  readonly replica: string;
  /** Another one each time the replica starts. */
  readonly run: string;
  readonly store: Pick<Store, 'get' | 'put' | 'transact'>;
  readonly lease: Pick<Lease, 'id' | 'onHeld'>;
  readonly hds: Pick<HdsService, 'views' | 'onTransition'>;
  readonly states: Pick<StateWatcher, 'state'>;
  /** That of `hds`. */
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  readonly log: Pick<Logger, 'debug' | 'warn'>;
}

/** A proxy that is heard, or was and has a view that is to be deleted. */
interface Entry {
  /** When it was first heard on this stream, in milliseconds since 1970. */
  beganMs: number;
  memory: ViewMemory;
  /** What was written last: its text, under which lease, when by the clock. */
  written: { text: string; lease: string; at: number; revision: Revision } | undefined;
  /** There may be something to write. */
  isDirty: boolean;
  /** What was written has been lost: the same must be written again. */
  isLost: boolean;
  /** A server is left out that the proxy has not seen healthy yet: time changes the view. */
  isUnsettled: boolean;
  isBusy: boolean;
  /** Failures that were said. */
  complaint: string;
}

export class ViewWriter {
  private readonly entries = new Map<string, Entry>();
  private unsubscribe: Unsubscribe[] = [];
  private cancelFlush: (() => void) | undefined;
  private cancelSweep: (() => void) | undefined;
  private isStarted = false;

  constructor(private readonly options: ViewWriterOptions) {}

  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    const { hds, lease } = this.options;
    this.unsubscribe = [
      hds.onTransition(({ node }) => {
        // The stream has ended: another one is another view, though it follow at once.
        if (hds.views.of(node) === undefined) this.forget(node);
        const entry = this.entries.get(node);
        if (entry !== undefined) entry.isDirty = true;
        this.schedule();
      }),
      lease.onHeld(() => {
        for (const entry of this.entries.values()) entry.isDirty = true;
        this.schedule();
      }),
    ];
    this.sweep();
  }

  /** Writes nothing more; what is written goes with the lease. */
  stop(): void {
    this.isStarted = false;
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.unsubscribe = [];
    this.cancelFlush?.();
    this.cancelSweep?.();
    this.cancelFlush = this.cancelSweep = undefined;
  }

  private forget(node: string): void {
    const entry = this.entries.get(node);
    if (entry === undefined) return;
    entry.beganMs = this.options.wallClock();
    entry.memory = new Map();
  }

  private schedule(): void {
    if (!this.isStarted) return;
    this.cancelFlush ??= this.options.clock.after(COALESCE_MS, () => {
      this.cancelFlush = undefined;
      this.flush();
    });
  }

  private sweep(): void {
    for (const [node, entry] of this.entries) {
      if (this.isLost(node, entry)) entry.isLost = entry.isDirty = true;
      if (entry.isUnsettled) entry.isDirty = true;
    }
    this.flush();
    this.cancelSweep = this.options.clock.after(SWEEP_MS, () => this.sweep());
  }

  /** Whether the watch shows that what was written is not there any more, though the proxy is on this replica. */
  private isLost(node: string, { written }: Entry): boolean {
    const { states, clock, hds, replica, run } = this.options;
    const { state } = states;
    const now = clock.now();
    if (written === undefined || state.stale.has('views') || now - written.at < SHOWN_MS) return false;
    if (now - (hds.views.heard().get(node) ?? -Infinity) > HEARD_MS) return false;
    const shown = state.views.get(node);
    if (shown !== undefined && shown.revision > written.revision) {
      return shown.value.replica !== replica || shown.value.run !== run;
    }
    return shown === undefined || state.invalid.has(views.keyOf(node));
  }

  private flush(): void {
    const { hds, wallClock } = this.options;
    const heard = hds.views.heard();
    for (const node of heard.keys()) {
      if (!this.entries.has(node)) this.entries.set(node, newEntry(wallClock()));
    }
    for (const [node, entry] of this.entries) {
      if (!entry.isBusy && (entry.isDirty || !heard.has(node))) void this.update(node, entry);
    }
  }

  private async update(node: string, entry: Entry): Promise<void> {
    const isHeard = (): boolean => this.options.hds.views.of(node) !== undefined;
    entry.isBusy = true;
    entry.isDirty = false;
    try {
      if (isHeard()) await this.write(node, entry);
      else {
        await this.remove(node);
        entry.written = undefined;
        if (!isHeard()) this.entries.delete(node);
      }
      entry.complaint = '';
      if (entry.isDirty) this.schedule();
    } catch (error) {
      // Tried again at the next sweep.
      entry.isUnsettled = true;
      this.failed(node, entry, error);
    }
    entry.isBusy = false;
  }

  private async write(node: string, entry: Entry): Promise<void> {
    const { clock, hds, lease, replica, run, states, store, wallClock } = this.options;
    const { servers, memory, isSettled } = seenServers({
      sightings: hds.views.of(node) ?? [],
      memory: entry.memory,
      now: clock.now(),
      wallMs: wallClock(),
      settleMs: 2 * (states.state.settings.healthCheckIntervalMs + REPORT_MS),
    });
    entry.memory = memory;
    entry.isUnsettled = !isSettled;
    const view = { proxy: node, replica, run, sinceMs: entry.beganMs, servers };
    const text = JSON.stringify(view);
    const { written } = entry;
    const { id } = lease;
    // As soon as it is held, all is written.
    if (id === undefined) return;
    if (!entry.isLost && written?.text === text && written.lease === id) return;
    const revision = await store.put(views.keyOf(node), views.encode(view), { lease: id });
    entry.isLost = false;
    entry.written = { text, lease: id, at: clock.now(), revision };
  }

  /** Deletes the view unless it is another replica's, also one whose write seemed to fail. */
  private async remove(node: string): Promise<void> {
    const { store, replica, run } = this.options;
    const key = views.keyOf(node);
    const entry = await store.get(key);
    if (entry === undefined) return;
    const decoded = views.decode(node, entry.value);
    if ('value' in decoded && (decoded.value.replica !== replica || decoded.value.run !== run)) return;
    try {
      await store.transact({ ifs: [{ key, revision: entry.revision }], then: [{ delete: key }] });
    } catch (error) {
      // Another replica has taken the proxy over meanwhile.
      if (!isCohortError(error, 'COHORT_STORE_CONFLICT')) throw error;
    }
  }

  private failed(node: string, entry: Entry, error: unknown): void {
    const { log } = this.options;
    const passes = ['COHORT_STORE_LEASE_LOST', 'COHORT_STORE_UNAVAILABLE', 'COHORT_STORE_STOPPED'] as const;
    const { message } = error as Error;
    if (!this.isStarted || passes.some((code) => isCohortError(error, code))) {
      log.debug({ err: error, proxy: node }, 'what a proxy sees is not stored yet');
    } else if (entry.complaint !== message) {
      log.warn({ err: error, proxy: node }, 'what a proxy sees cannot be stored: it abstains from verdicts');
      entry.complaint = message;
    }
  }
}

function newEntry(beganMs: number): Entry {
  const flags = { isDirty: true, isLost: false, isUnsettled: false, isBusy: false };
  return { beganMs, memory: new Map(), written: undefined, complaint: '', ...flags };
}
