/**
 * Speaks for a server: registers it if it is not known yet, says that it lives by holding a lease, and publishes its load.
 * A server that runs in Node.js holds one itself; any other has `cohort agent` beside it.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { isCohortError } from '../errors.ts';
import { agents, servers, type Server } from '../model/index.ts';
import { systemClock, type Clock } from '../store/clock.ts';
import type { Lease, Store } from '../store/store.ts';
import { isGone, measure, type Meter } from './meter.ts';
import { ProblemLog } from './problem-log.ts';

export interface AgentOptions {
  /** Started and stopped by the caller. */
  readonly store: Store;
  /** What is registered when the server is not known yet. */
  readonly server: Server;
  readonly meter: Meter;
  /** Milliseconds between two measurements. Default 2000. */
  readonly intervalMs?: number;
  /** Seconds after which an agent that is not heard counts as gone. Default 10. */
  readonly leaseSeconds?: number;
  readonly log: Pick<Logger, 'info' | 'warn' | 'debug'>;
  readonly clock?: Clock;
  /** Milliseconds since 1970; default Date.now. */
  readonly wallClock?: () => number;
  /**
   * Called when what the meter watches has ended, and each time that it has ended again. The lease is given back by then; it is
   * taken again as soon as there is something to measure.
   */
  readonly onGone?: () => void;
}

/** Pause after a registration that failed, in milliseconds. */
const RETRY_MS = 500;

export class Agent {
  private readonly clock: Clock;
  private readonly instance = randomUUID();
  private lease: Lease | undefined;
  private cancelTimer: (() => void) | undefined;
  private isStopped = false;
  private isMeasuring = false;
  /** Whether something has been said of the server: only `start` waits for etcd. */
  private hasPublished = false;
  private readonly problems: ProblemLog;

  constructor(private readonly options: AgentOptions) {
    this.clock = options.clock ?? systemClock;
    this.problems = new ProblemLog(options.log);
  }

  /**
   * Resolves when the server is registered and its first load is stored, however long etcd takes.
   * @throws CohortError for what etcd refuses, COHORT_STORE_STOPPED when the store is stopped meanwhile
   */
  async start(): Promise<void> {
    await this.register();
    if (this.isStopped) return;
    await this.publish();
    this.schedule();
  }

  /** Gives the lease back: the server counts as suspect at once. Safe to call twice. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    await this.lease?.stop();
  }

  private async register(): Promise<void> {
    const { store, server, log } = this.options;
    const key = servers.keyOf(server.id);
    while (!this.isStopped) {
      try {
        await store.transact({
          ifs: [{ key, revision: 0 }],
          then: [{ put: key, value: servers.encode(server) }],
        });
        log.info({ server: server.id, ports: server.ports }, 'server registered');
        return;
      } catch (error) {
        if (isCohortError(error, 'COHORT_STORE_CONFLICT')) return this.compare();
        if (!isCohortError(error, 'COHORT_STORE_UNAVAILABLE')) throw error;
        log.warn({ err: error }, 'etcd does not answer: the server is not registered yet');
        await new Promise<void>((resolve) => void this.clock.after(RETRY_MS, resolve));
      }
    }
  }

  /** What is stored was decided by somebody: it stays, and a difference is said. */
  private async compare(): Promise<void> {
    const { store, server, log } = this.options;
    const entry = await store.get(servers.keyOf(server.id)).catch(() => undefined);
    const stored = entry && servers.decode(server.id, entry.value);
    if (stored === undefined || 'why' in stored) return;
    for (const [kind, { host, port }] of Object.entries(server.ports)) {
      const known = stored.value.ports[kind];
      if (known?.host === host && known.port === port) continue;
      const where = known === undefined ? 'without that port' : `at ${known.host}:${known.port}`;
      log.warn(
        { server: server.id },
        `the server is registered ${where} for ${kind}, and this agent was told ${host}:${port}: ` +
          'devices are sent where it is registered; change it with PUT /v1/servers',
      );
    }
  }

  private schedule(): void {
    if (this.isStopped) return;
    this.cancelTimer = this.clock.after(this.options.intervalMs ?? 2_000, () => {
      this.publishInTime();
      this.schedule();
    });
  }

  /** A measurement that takes longer than its interval is not overtaken by the next. */
  private publishInTime(): void {
    if (this.isMeasuring) return;
    this.isMeasuring = true;
    this.publish()
      .catch((error: unknown) => this.complain(error))
      .finally(() => (this.isMeasuring = false));
  }

  /**
   * The lease lives by itself, whatever can be measured: an endpoint that does not answer says nothing of the server. Only
   * where the server is seen to have ended the lease goes.
   */
  private async publish(): Promise<void> {
    const { server, meter, wallClock = Date.now } = this.options;
    const measuredAtMs = wallClock();
    const measurement = await measure(meter);
    if (this.isStopped) return;
    this.problems.tell(measurement.problems);
    if (isGone(measurement)) return this.giveBack();
    this.lease ??= this.options.store.lease(this.options.leaseSeconds ?? 10);
    const status = { server: server.id, instance: this.instance, measuredAtMs, load: measurement.load };
    // A write that takes long is replaced by the next one, not waited for.
    const written = this.lease.put(agents.keyOf(server.id), agents.encode(status));
    if (this.hasPublished) written.catch((error: unknown) => this.complain(error));
    else await written;
    this.hasPublished = true;
  }

  private async giveBack(): Promise<void> {
    const { lease } = this;
    if (lease === undefined && this.hasPublished) return;
    this.lease = undefined;
    this.hasPublished = true;
    await lease?.stop();
    this.options.onGone?.();
  }

  private complain(error: unknown): void {
    if (!this.isStopped) this.options.log.warn({ err: error }, 'the load is not published');
  }
}
