/**
 * A watch that does not end. Whatever breaks it (a connection, a compaction, a member that froze or lags behind), it goes
 * on in one way: list again and tell the difference. That is one read of the prefix for each break, and in return nothing
 * depends on what etcd still has of its history.
 */
import { sleep } from './clock.ts';
import type { Endpoints } from './endpoints.ts';
import type { KeyValues } from './kv.ts';
import { rangeEnd, toEtcd } from './keys.ts';
import type { Settings } from './options.ts';
import type { Probe, Prober } from './prober.ts';
import type { Listing, Revision, Watch, WatchEvent } from './store.ts';
import { WatchState } from './watch-state.ts';
import type { StreamListener } from './watch-stream.ts';
import { WatchStream } from './watch-stream.ts';

/** Pause before a broken watch lists again; doubles up to the second number. */
const BACKOFF_MS = { first: 50, most: 2_000 };

export interface WatchParts {
  readonly endpoints: Endpoints;
  readonly kv: KeyValues;
  readonly prober: Prober;
  readonly settings: Settings;
}

export class EtcdWatch implements Watch {
  private readonly parts: WatchParts;
  private readonly what: string;
  private readonly exact: boolean;
  private readonly listener: (event: WatchEvent) => void;
  private readonly state = new WatchState();
  private readonly stopping = new AbortController();
  private readonly unsubscribe: () => void;
  private stream: WatchStream | undefined;
  private streamEnded: (why: string) => void = () => undefined;
  private stale = false;
  private cancelStale: (() => void) | undefined;
  private cancelCheck: (() => void) | undefined;
  /** The revision that the member must reach, and since when that is known. */
  private awaited: Probe | undefined;
  /** The revision told when the last probe came in: what every later probe must have reached. */
  private told: Revision | undefined;
  private why = 'etcd has not answered yet';

  /** Begins at once. @param what a prefix, or with `exact` a key */
  constructor(
    parts: WatchParts,
    what: string,
    listener: (event: WatchEvent) => void,
    options: { exact?: boolean } = {},
  ) {
    this.parts = parts;
    this.what = what;
    this.exact = options.exact ?? false;
    this.listener = listener;
    this.unsubscribe = parts.prober.onProbe.add((probe) => this.check(probe));
    this.armStale();
    void this.run();
  }

  stop(): void {
    this.stopping.abort();
    this.unsubscribe();
    this.cancelStale?.();
    this.dropStream();
    this.streamEnded('stopped');
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const { clock, random } = this.parts.settings;
    let pause = BACKOFF_MS.first;
    while (!signal.aborted) {
      const begun = clock.now();
      try {
        const asked = clock.now();
        const listing = await this.list();
        if (signal.aborted) return;
        const event = this.state.applyListing(listing);
        if (event) this.tell(event);
        this.confirm(asked);
        await this.follow(listing.revision + 1);
      } catch (error) {
        this.why = error instanceof Error ? error.message : String(error);
      }
      if (signal.aborted) return;
      this.parts.settings.log.debug({ watch: this.what }, `watch broke: ${this.why}`);
      // What held for a while broke by itself: try at once.
      if (clock.now() - begun > BACKOFF_MS.most) pause = BACKOFF_MS.first;
      await sleep(clock, pause * (0.5 + random()), signal);
      pause = Math.min(pause * 2, BACKOFF_MS.most);
    }
  }

  private async list(): Promise<Listing> {
    if (!this.exact) return this.parts.kv.list(this.what);
    const { entry, revision } = await this.parts.kv.read(this.what);
    return { entries: entry ? [entry] : [], revision };
  }

  /** Resolves when the stream has ended. */
  private async follow(from: Revision): Promise<void> {
    const { endpoints, settings } = this.parts;
    const key = toEtcd(settings.prefix, this.what);
    const range = this.exact ? { key } : { key, range_end: rangeEnd(settings.prefix + this.what) };
    const ended = new Promise<string>((resolve) => (this.streamEnded = resolve));
    const listener: StreamListener = {
      events: (events) => {
        const told = this.state.applyEvents(events);
        this.reached(this.state.revision);
        for (const event of told) this.tell(event);
      },
      progress: (revision) => this.reached(revision),
      ended: this.streamEnded,
    };
    const stream = await endpoints.call(`watch ${this.what}`, (client, attempt) =>
      WatchStream.open(client, attempt, range, from, settings.prefix, listener),
    );
    if (this.stopping.signal.aborted) {
      stream.close();
      return;
    }
    this.stream = stream;
    this.why = await ended;
    this.dropStream();
  }

  /** A probe says how far etcd is: the member that this watch hangs on must get there, too. */
  private check(probe: Probe): void {
    const { stream } = this;
    if (!stream) return;
    const { told } = this;
    this.told = this.state.revision;
    if (told !== undefined && probe.revision < told) {
      stream.abandon(`etcd is at revision ${probe.revision} and was at ${told}: it was emptied or restored`);
    } else if (probe.revision <= this.state.revision) {
      this.confirm(probe.at);
    } else if (this.awaited === undefined) {
      this.awaited = probe;
      const wait = this.parts.settings.attemptTimeoutMs;
      this.cancelCheck = this.parts.settings.clock.after(wait, () => {
        this.parts.endpoints.suspect(stream.endpoint);
        stream.abandon(`${stream.endpoint} did not reach revision ${probe.revision} in ${wait} ms`);
      });
      stream.requestProgress();
    }
  }

  private reached(revision: Revision): void {
    const { awaited } = this;
    if (awaited === undefined || revision < awaited.revision) return;
    this.cancelCheck?.();
    this.awaited = undefined;
    this.confirm(awaited.at);
  }

  /** Everything up to `at` has been told. */
  private confirm(at: number): void {
    this.armStale(at);
    if (!this.stale) return;
    this.stale = false;
    this.tell({ kind: 'current' });
  }

  private armStale(at = this.parts.settings.clock.now()): void {
    const { clock, staleAfterMs } = this.parts.settings;
    this.cancelStale?.();
    this.cancelStale = clock.after(Math.max(0, at + staleAfterMs - clock.now()), () => {
      this.stale = true;
      this.tell({ kind: 'stale', why: this.stream ? 'etcd does not confirm what the watch says' : this.why });
    });
  }

  private dropStream(): void {
    this.cancelCheck?.();
    this.awaited = undefined;
    this.told = undefined;
    this.stream?.close();
    this.stream = undefined;
  }

  private tell(event: WatchEvent): void {
    if (this.stopping.signal.aborted) return;
    try {
      this.listener(event);
    } catch (error) {
      this.parts.settings.log.error({ watch: this.what, err: error }, 'a watch listener failed');
    }
  }
}
