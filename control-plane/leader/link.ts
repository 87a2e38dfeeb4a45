/** Points this replica's forwarder at whoever leads. */
import { readFileSync } from 'node:fs';
import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { LocalLeader, RemoteLeader, type BatchSink, type Forwarder } from '../fleet-view/index.ts';
import type { Address, Replica } from '../model/index.ts';
import type { Collection } from '../state/cluster-state.ts';
import type { TlsFiles } from '../xds/index.ts';

export interface LeaderLinkOptions {
  /** The replica's id. */
  readonly id: string;
  readonly forwarder: Pick<Forwarder, 'setTarget'>;
  /** Takes batches while this replica leads. */
  readonly sink: BatchSink;
  readonly security: TlsFiles | 'plaintext';
  readonly log: Pick<Logger, 'info' | 'error'>;
}

export class LeaderLink {
  private readonly options: LeaderLinkOptions;
  private remote: RemoteLeader | undefined;
  /** Whom the forwarder is pointed at. */
  private pointedAt = '';

  constructor(options: LeaderLinkOptions) {
    this.options = options;
  }

  /** To be called whenever leader or replicas have changed. @param leader its id; undefined: nobody leads */
  update(leader: string | undefined, replicas: Collection<Replica>): void {
    const { id, forwarder, sink } = this.options;
    if (leader === id) {
      this.point('local', () => forwarder.setTarget(new LocalLeader(sink)));
      return;
    }
    const replica = leader === undefined ? undefined : replicas.get(leader);
    if (replica === undefined) {
      this.point('', () => forwarder.setTarget(undefined));
      return;
    }
    const { xds, startedAtMs } = replica.value;
    const at = hostPort(xds);
    this.point(`${leader} ${at} ${startedAtMs}`, () => {
      const channel = this.channelCredentials();
      if (channel === undefined) {
        forwarder.setTarget(undefined);
        return;
      }
      this.options.log.info({ leader, at }, 'another replica leads');
      this.remote = new RemoteLeader(at, channel);
      forwarder.setTarget(this.remote);
    });
  }

  stop(): void {
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

  /** Read at every change of the leader. */
  private channelCredentials(): ChannelCredentials | undefined {
    const { security, log } = this.options;
    if (security === 'plaintext') return credentials.createInsecure();
    try {
      return credentials.createSsl(
        readFileSync(security.trustedCa),
        readFileSync(security.privateKey),
        readFileSync(security.certificate),
      );
    } catch (error) {
      log.error(
        { err: error },
        'the leader cannot be told what this replica hears: its certificates cannot be used',
      );
      return undefined;
    }
  }
}

export function hostPort({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
