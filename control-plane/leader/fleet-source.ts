/** What the leader hears of the proxies, from itself and from the other replicas. */
import { FleetView, type Batch } from '../fleet-view/index.ts';
import { Listeners } from '../store/listeners.ts';
import type { Clock } from '../store/clock.ts';
import type { Unsubscribe } from '../store/store.ts';
import { NO_FLEET, type Fleet } from './fleet.ts';
import type { FleetSource } from './runner.ts';

/** How often what has not been heard for too long is dropped. Milliseconds. */
const EXPIRE_MS = 1_000;

export interface HeardFleetOptions {
  /** The replica's id. */
  readonly id: string;
  readonly clock: Clock;
  readonly isLeader: () => boolean;
  /** Nobody has followed it, as far as it knows: it leads, or did when etcd was heard last. */
  readonly ledLast: () => boolean;
  /** `Settings.proxyGoneMs`, as it is now. */
  readonly proxyGoneMs: () => number;
  readonly failed: (error: unknown) => void;
}

/** A picture of the fleet for each term of office: what a former term heard is not what is so now. */
export class HeardFleet implements FleetSource {
  private readonly options: HeardFleetOptions;
  private readonly listeners: Listeners<void>;
  private current = new FleetView();
  private cancel: (() => void) | undefined;

  constructor(options: HeardFleetOptions) {
    this.options = options;
    this.listeners = new Listeners(options.failed);
  }

  /**
   * Where this replica does not lead: empty, or what it hears itself while nobody leads. The one that led last goes on being
   * told by all while etcd is away.
   */
  get view(): FleetView {
    return this.current;
  }

  fleet(): Fleet {
    return this.options.isLeader() ? this.current.fleet(this.options.clock.now()) : NO_FLEET;
  }

  slotCounts(): ReturnType<FleetView['slotCounts']> {
    return this.current.slotCounts();
  }

  onChange(listener: () => void): Unsubscribe {
    return this.listeners.add(listener);
  }

  /** A term of office begins, or another replica's. */
  reset(): void {
    this.current = new FleetView({ proxyGoneMs: this.options.proxyGoneMs() });
  }

  /** A replica speaks; undefined where another one is to be told, and it is not this one itself. */
  take(batch: Batch): { sendEverything: boolean } | undefined {
    const { isLeader, ledLast, id } = this.options;
    if (!isLeader() && !ledLast() && batch.replica !== id) return undefined;
    const { sendEverything } = this.current.take(batch, this.options.clock.now());
    this.listeners.tell();
    return { sendEverything };
  }

  start(): void {
    this.cancel ??= this.options.clock.after(EXPIRE_MS, () => {
      this.cancel = undefined;
      const { left, transitions } = this.current.expire(this.options.clock.now());
      if (left.length > 0 || transitions.length > 0) this.listeners.tell();
      this.start();
    });
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }
}
