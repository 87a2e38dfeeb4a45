import type { Logger } from 'pino';
import type { Report } from '../../protocol-filters/wire/index.ts';
import { Alarm } from '../store/alarm.ts';
import type { Clock } from '../store/clock.ts';
import { acksOf } from '../xds/acks.ts';
import type { HdsService } from '../xds/hds.ts';
import { refusalsOf, type ProxyRegistry } from '../xds/registry.ts';
import type { Snapshot } from '../xds/snapshot.ts';
import type { ProxyFacts, Published, ViewFacts } from './facts.ts';
import { ReportLog, type LoggedReport } from './report-log.ts';
import type { EncodedBatch } from './wire.ts';

/** Where the leader is: in this process, or reached by gRPC. */
export interface ForwardTarget {
  /** Rejects when the batch may not have arrived. */
  send(batch: EncodedBatch): Promise<{ readonly sendEverything: boolean }>;
}

export interface ForwarderOptions {
  readonly replica: string;
  /** Another one each time the replica starts. */
  readonly run: string;
  readonly registry: ProxyRegistry;
  readonly hds: Pick<HdsService, 'views' | 'onTransition'>;
  /** What proxies are to have. Default: it is not told what they have acknowledged. */
  readonly snapshot?: () => Snapshot | undefined;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds from the first news to the batch that holds it. Default 300. */
  readonly batchMs?: number;
  /** Milliseconds between two batches when there is no news: the leader takes a silent replica for gone after 10 s. Default 2000. */
  readonly heartbeatMs?: number;
  /** Milliseconds to the first try after a failure; each failure doubles it, up to 16 times. Default 300. */
  readonly retryMs?: number;
}

/** Reports in one message, in bytes: far below the server's limit. */
const LARGEST_BATCH = 4 * 1024 * 1024;

/**
 * Tells the leader what this replica hears from proxies: reports, who is connected, what they see of the servers' health.
 * One message is under way at a time. After any failure, and to each new leader, it sends everything it holds: what
 * arrives twice is known by its sequence.
 */
export class Forwarder {
  private readonly log: ReportLog;
  private target: ForwardTarget | undefined;
  private queue: LoggedReport[] = [];
  private readonly changedViews = new Set<string>();
  private needsEverything = true;
  /** Proxies have come, gone, refused or been late since the last batch. */
  private hasNews = false;
  private sent: Published | undefined;
  private failures = 0;
  private isSending = false;
  private isStarted = false;
  private readonly alarm: Alarm;
  private unsubscribe: (() => void)[] = [];

  constructor(private readonly options: ForwarderOptions) {
    this.log = new ReportLog();
    this.alarm = new Alarm(options.clock, () => void this.flush());
  }

  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    const { registry, hds } = this.options;
    const news = (): void => {
      this.hasNews = true;
      this.schedule(this.options.batchMs ?? 300);
    };
    this.unsubscribe = [
      registry.onConnected(news),
      registry.onDisconnected(news),
      registry.onNack(news),
      ...(this.options.snapshot === undefined ? [] : [registry.onAck(news)]),
      registry.onLate(news),
      hds.onTransition(({ node }) => {
        this.changedViews.add(node);
        news();
      }),
    ];
    this.schedule(0);
  }

  stop(): void {
    this.isStarted = false;
    for (const end of this.unsubscribe) end();
    this.unsubscribe = [];
    this.alarm.cancel();
  }

  /** Another leader; undefined while there is none. */
  setTarget(target: ForwardTarget | undefined): void {
    if (target === this.target) return;
    this.target = target;
    this.needsEverything = true;
    this.failures = 0;
    this.queue = [];
    this.schedule(0);
  }

  /** Proxies are sent all that follows from these writes. */
  published(published: Published): void {
    const before = this.sent;
    this.sent = published;
    if (before?.servers === published.servers && before.settings === published.settings) return;
    this.hasNews = true;
    this.schedule(this.options.batchMs ?? 300);
  }

  /** A report has come to this replica. */
  report(report: Report, bytes: Buffer): void {
    const at = this.options.clock.now();
    this.log.add(report, bytes, at);
    if (this.target === undefined || this.needsEverything) return;
    this.queue.push({ bytes, at });
    this.schedule(this.options.batchMs ?? 300);
  }

  private schedule(ms: number): void {
    if (this.isStarted) this.alarm.ringIn(ms);
  }

  private async flush(): Promise<void> {
    const { target } = this;
    this.log.prune(this.options.clock.now());
    if (this.isSending) return;
    if (target === undefined) {
      this.schedule(this.options.heartbeatMs ?? 2_000);
      return;
    }
    this.isSending = true;
    try {
      for (const batch of this.batches()) {
        const { sendEverything } = await target.send(batch);
        if (sendEverything) this.needsEverything = true;
      }
      if (this.failures > 0) this.options.log.info('the leader is told again what this replica hears');
      this.failures = 0;
    } catch (error) {
      // A batch may have arrived in part or not at all.
      this.needsEverything = true;
      this.queue = [];
      if (this.target === target && this.failures++ === 0) {
        this.options.log.warn(
          { err: error },
          'the leader could not be told what this replica hears; trying again',
        );
      }
    } finally {
      this.isSending = false;
    }
    if (this.target !== target) this.schedule(0);
    else if (this.failures > 0)
      this.schedule((this.options.retryMs ?? 300) * 2 ** Math.min(this.failures - 1, 4));
    else if (this.needsEverything) this.schedule(0);
    else
      this.schedule(
        this.queue.length > 0 || this.hasNews
          ? (this.options.batchMs ?? 300)
          : (this.options.heartbeatMs ?? 2_000),
      );
  }

  /** What there is to say, in messages of bounded size; as soon as it is taken, it counts as said. */
  private batches(): EncodedBatch[] {
    const now = this.options.clock.now();
    const { replica, run, registry, hds } = this.options;
    const everything = this.needsEverything;
    const reports = everything ? this.log.all(now) : this.queue;
    const viewers = [...hds.views.heard().keys()];
    const views = (everything ? viewers : [...this.changedViews]).flatMap((node) => this.view(node, now));
    this.queue = [];
    this.changedViews.clear();
    this.needsEverything = false;
    this.hasNews = false;
    const common = { replica, run, views: [], proxies: undefined, viewers: undefined };
    return split(reports).map((part, index) => ({
      ...common,
      everything: everything && index === 0,
      ...(index === 0
        ? {
            published: this.sent,
            proxies: registry.list().map((proxy) => factsOf(proxy, now, this.options.snapshot?.())),
            viewers,
            views,
          }
        : {}),
      reports: part.map(({ bytes, at }) => ({ bytes, agoMs: now - at })),
    }));
  }

  private view(node: string, now: number): ViewFacts[] {
    const seen = this.options.hds.views.of(node);
    if (seen === undefined) return [];
    const sightings = seen.map(({ cluster, server, health, since }) => ({
      cluster,
      server,
      health,
      sinceAgoMs: now - since,
    }));
    return [{ node, sightings }];
  }
}

/** At least one part, though empty. */
function split(reports: readonly LoggedReport[]): LoggedReport[][] {
  const parts: LoggedReport[][] = [[]];
  let size = 0;
  for (const report of reports) {
    if (size > 0 && size + report.bytes.length > LARGEST_BATCH) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)!.push(report);
    size += report.bytes.length;
  }
  return parts;
}

function factsOf(
  proxy: ReturnType<ProxyRegistry['list']>[number],
  now: number,
  snapshot: Snapshot | undefined,
): ProxyFacts {
  const { id, workers, version, connectedAt, late } = proxy;
  return {
    node: id,
    workers,
    version,
    connectedForMs: now - connectedAt,
    ...(snapshot === undefined ? {} : { acks: acksOf(proxy.delivery, snapshot) }),
    refused: refusalsOf(proxy).map(({ at, typeUrl, name, version: refused, message, count }) => ({
      typeUrl,
      name,
      version: refused,
      message,
      count,
      agoMs: now - at,
    })),
    late: late.flatMap(({ typeUrl, versions, removed }) =>
      [...versions.keys(), ...removed].map((name) => ({ typeUrl, name })),
    ),
  };
}
