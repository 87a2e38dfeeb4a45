/** Points this replica's forwarder at whoever leads. */
import { credentials, experimental, type ChannelCredentials } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { LocalLeader, RemoteLeader, type BatchSink, type Forwarder } from '../fleet-view/index.ts';
import type { Address, Replica } from '../model/index.ts';
import type { Collection } from '../state/cluster-state.ts';
import type { Clock } from '../store/clock.ts';
import { WatchedCertificates } from '../xds/credentials.ts';
import type { TlsFiles } from '../xds/index.ts';

export interface LeaderLinkOptions {
  /** The replica's id. */
  readonly id: string;
  readonly forwarder: Pick<Forwarder, 'setTarget'>;
  /** Takes batches while this replica leads. */
  readonly sink: BatchSink;
  readonly security: TlsFiles | 'plaintext';
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'error'>;
}

/** In the place of an address. */
const LOCAL = 'local';
/** Milliseconds between two looks at the certificate files. */
const CERTIFICATE_INTERVAL_MS = 5_000;

export class LeaderLink {
  private readonly options: LeaderLinkOptions;
  private readonly credentials: ChannelCredentials;
  private readonly certificates: WatchedCertificates | undefined;
  private remote: RemoteLeader | undefined;
  /** Whom the forwarder is pointed at. */
  private pointedAt = '';

  /** @throws CohortError COHORT_XDS_CERTIFICATE where the files cannot be used */
  constructor(options: LeaderLinkOptions) {
    const { security, clock, log } = options;
    this.options = options;
    if (security === 'plaintext') {
      this.credentials = credentials.createInsecure();
      return;
    }
    const intervalMs = CERTIFICATE_INTERVAL_MS;
    const certificates = new WatchedCertificates(security, { clock, log, intervalMs });
    this.certificates = certificates;
    // Renewed files are used by the next connection. grpc-js looks into the last parameter, though it may be left out.
    this.credentials = experimental.createCertificateProviderChannelCredentials(
      certificates,
      certificates,
      {},
    );
  }

  /** Begins to look at the certificate files. */
  start(): void {
    this.certificates?.start();
  }

  /** Whether this replica tells itself what it hears: it leads, or nobody does. */
  get isLocal(): boolean {
    return this.pointedAt === LOCAL;
  }

  /** To be called whenever leader or replicas have changed. @param leader its id; undefined: nobody leads */
  update(leader: string | undefined, replicas: Collection<Replica>): void {
    const { id, forwarder, sink } = this.options;
    // While nobody leads, each replica can at least say what it hears itself.
    if (leader === id || leader === undefined) {
      this.point(LOCAL, () => forwarder.setTarget(new LocalLeader(sink)));
      return;
    }
    const replica = replicas.get(leader);
    if (replica === undefined) {
      this.point('', () => forwarder.setTarget(undefined));
      return;
    }
    const { xds, startedAtMs } = replica.value;
    const at = hostPort(xds);
    this.point(`${leader} ${at} ${startedAtMs}`, () => {
      this.options.log.info({ leader, at }, 'another replica leads');
      this.remote = new RemoteLeader(at, this.credentials);
      forwarder.setTarget(this.remote);
    });
  }

  stop(): void {
    this.certificates?.stop();
    this.options.forwarder.setTarget(undefined);
    this.remote?.stop();
    this.remote = undefined;
  }

  private point(at: string, set: () => void): void {
    if (this.pointedAt === at) return;
    this.pointedAt = at;
    const before = this.remote;
    this.remote = undefined;
    set();
    before?.stop();
  }
}

export function hostPort({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
