import { isIP } from 'node:net';
import { ChannelCredentials, Server, ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { CohortError } from '../errors.ts';
import { systemClock, type Clock } from '../store/clock.ts';
import { nodeCheck } from './admission.ts';
import { AdsService, type Service } from './ads.ts';
import { WatchedCertificates, type TlsFiles } from './credentials.ts';
import { HdsService } from './hds.ts';
import type { ProxyRegistry } from './registry.ts';
import { ReportsService, type ReportSink } from './reports.ts';
import type { Snapshot } from './snapshot.ts';

export interface XdsServerOptions {
  /** An IP address or `localhost`. Default 127.0.0.1. */
  readonly host?: string;
  /** 0, the default: a free one. */
  readonly port?: number;
  /** `plaintext`: for loopback addresses alone; whoever reaches the port can be any proxy. */
  readonly security: TlsFiles | 'plaintext';
  /** Milliseconds between two looks at the certificate files. Default 5000. */
  readonly certificateIntervalMs?: number;
  /** See `AdsOptions.ackTimeoutMs`. Default 5000. */
  readonly ackTimeoutMs?: number;
  /** Milliseconds that calls under way have to end when the server stops. Default 1000. */
  readonly stopTimeoutMs?: number;
  /** Takes the filters' reports. */
  readonly reports: ReportSink;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
  readonly clock?: Clock;
}

/** Bytes of the longest request taken: a report of 5,000 organizations with long names has 2 MB. */
const LONGEST_REQUEST = 16 * 1024 * 1024;
/** A proxy that is gone without a word is noticed after 5 s of silence and 3 s without an answer. */
const KEEPALIVE = { 'grpc.keepalive_time_ms': 5_000, 'grpc.keepalive_timeout_ms': 3_000 };

/** All that proxies speak to, on one port: ADS, HDS and reports. */
export class XdsServer {
  readonly ads: AdsService;
  readonly hds: HdsService;
  readonly reports: ReportsService;
  private readonly clock: Clock;
  private readonly services: Service[];
  private server: Server | undefined;
  private certificates: WatchedCertificates | undefined;
  private boundPort = 0;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: XdsServerOptions) {
    const { log, ackTimeoutMs } = options;
    this.clock = options.clock ?? systemClock;
    const common = { clock: this.clock, log, check: nodeCheck(this.isMutualTls) };
    this.ads = new AdsService({ ...common, ...(ackTimeoutMs === undefined ? {} : { ackTimeoutMs }) });
    this.hds = new HdsService(common);
    this.reports = new ReportsService(options.reports, common);
    this.services = [this.ads.service(), this.hds.service(), this.reports.service()];
  }

  /** Whether every caller has shown a certificate. */
  get isMutualTls(): boolean {
    return this.options.security !== 'plaintext';
  }
  /** For calls to other control planes: mutual TLS with our own certificate, or plain text. After `start()`. */
  clientCredentials(): ChannelCredentials {
    return this.certificates?.clientCredentials() ?? ChannelCredentials.createInsecure();
  }
  /** The proxies that are connected to this replica. */
  get registry(): ProxyRegistry {
    return this.ads.registry;
  }
  /** The bound port; 0 before `start()`. */
  get port(): number {
    return this.boundPort;
  }

  /** See `AdsService.publish`. */
  publish(snapshot: Snapshot): void {
    this.ads.publish(snapshot);
  }

  /** Adds a service of another part of the control plane; before `start()`. */
  add(service: Service): void {
    this.services.push(service);
  }

  /**
   * Listens, and gives the port. Proxies are refused (UNAVAILABLE) until the first snapshot is published.
   *
   * @throws CohortError COHORT_XDS_PLAINTEXT, COHORT_XDS_CERTIFICATE or COHORT_XDS_PORT
   */
  async start(): Promise<number> {
    if (this.server !== undefined) return this.boundPort;
    const credentials = this.credentials();
    const server = new Server({
      ...KEEPALIVE,
      'grpc.max_receive_message_length': LONGEST_REQUEST,
      'grpc.max_send_message_length': -1,
    });
    for (const { definition, implementation } of this.services) server.addService(definition, implementation);
    const host = this.options.host ?? '127.0.0.1';
    const target = `${isIP(host) === 6 ? `[${host}]` : host}:${this.options.port ?? 0}`;
    this.server = server;
    try {
      this.boundPort = await new Promise<number>((resolve, reject) => {
        server.bindAsync(target, credentials, (error, port) =>
          error === null ? resolve(port) : reject(error),
        );
      });
    } catch (error) {
      this.server = undefined;
      server.forceShutdown();
      throw new CohortError(
        'COHORT_XDS_PORT',
        `xDS cannot listen on ${target}: ${(error as Error).message}`,
        { cause: error },
      );
    }
    this.certificates?.start();
    return this.boundPort;
  }

  /** Ends all streams, so that proxies go to another replica at once, and closes the port. */
  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  private async shutDown(): Promise<void> {
    this.certificates?.stop();
    const { server } = this;
    const ended = new Promise<void>((resolve) => {
      if (server === undefined) {
        resolve();
        return;
      }
      const cancel = this.clock.after(this.options.stopTimeoutMs ?? 1_000, resolve);
      // First, so that nobody opens the next stream on a connection that is about to close.
      server.tryShutdown(() => {
        cancel();
        resolve();
      });
    });
    this.ads.stop();
    this.hds.stop();
    await ended;
    // Connections that a proxy keeps open.
    server?.forceShutdown();
  }

  private credentials(): ServerCredentials {
    const { security, log, host = '127.0.0.1' } = this.options;
    if (security !== 'plaintext') {
      const intervalMs = this.options.certificateIntervalMs ?? 5_000;
      this.certificates = new WatchedCertificates(security, { clock: this.clock, log, intervalMs });
      return this.certificates.credentials();
    }
    if (!isLoopback(host)) {
      const message = `xDS would listen on ${host} without TLS, where anyone could be any proxy`;
      throw new CohortError('COHORT_XDS_PLAINTEXT', message);
    }
    return ServerCredentials.createInsecure();
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
