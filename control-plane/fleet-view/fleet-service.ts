import {
  Client,
  status,
  type ChannelCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { CONTROL_PLANE_NAME } from '../certificates/authority.ts';
import { passThrough, unaryService, type Service } from '../xds/ads.ts';
import type { ControlPlaneCheck } from '../xds/admission.ts';
import { peerOf } from '../xds/caller.ts';
import type { Batch } from './facts.ts';
import type { ForwardTarget } from './forwarder.ts';
import { decodeAnswer, decodeBatch, encodeAnswer, encodeBatch, type EncodedBatch } from './wire.ts';

const PATH = '/cohort.v1.Fleet/Forward';
/** Milliseconds that the leader has to answer. */
const DEADLINE_MS = 3_000;

/** Takes a batch in; undefined while this replica does not lead. */
export type BatchSink = (batch: Batch) => { readonly sendEverything: boolean } | undefined;

/** `cohort.v1.Fleet/Forward`: other replicas tell this one, while it leads, what they hear. */
export class FleetService {
  /** Reports within batches that were none. */
  badReports = 0;

  constructor(
    private readonly sink: BatchSink,
    private readonly options: { readonly check: ControlPlaneCheck; readonly log: Pick<Logger, 'warn'> },
  ) {}

  service(): Service {
    return unaryService(PATH, (call, done) => this.onForward(call, done));
  }

  private onForward(call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void {
    const refused = this.options.check(call);
    if (refused !== undefined) {
      this.options.log.warn({ peer: peerOf(call) }, `a forwarded batch was refused: ${refused.details}`);
      done(refused);
      return;
    }
    let taken: ReturnType<BatchSink>;
    try {
      const { batch, badReports } = decodeBatch(call.request);
      this.badReports += badReports;
      taken = this.sink(batch);
    } catch (error) {
      done({ code: status.INVALID_ARGUMENT, details: `not a batch: ${(error as Error).message}` });
      return;
    }
    if (taken === undefined)
      done({ code: status.FAILED_PRECONDITION, details: 'this replica does not lead' });
    else done(null, encodeAnswer(taken.sendEverything));
  }
}

/** The leader, reached by gRPC at the address where it serves xDS. */
export class RemoteLeader implements ForwardTarget {
  private readonly client: Client;

  /**
   * @param address `host:port`
   * @param credentials with mutual TLS the certificate must be a control plane's
   */
  constructor(address: string, credentials: ChannelCredentials) {
    this.client = new Client(address, credentials, {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_send_message_length': -1,
      // Of a control plane that has just come back one should not have to wait long to hear.
      'grpc.max_reconnect_backoff_ms': 2_000,
      ...(credentials._isSecure() ? { 'grpc.ssl_target_name_override': CONTROL_PLANE_NAME } : {}),
    });
  }

  send(batch: EncodedBatch): Promise<{ sendEverything: boolean }> {
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        PATH,
        passThrough,
        passThrough,
        encodeBatch(batch),
        { deadline: Date.now() + DEADLINE_MS },
        (error, bytes) => {
          if (error !== null) reject(error);
          else resolve(decodeAnswer(bytes ?? Buffer.alloc(0)));
        },
      );
    });
  }

  stop(): void {
    this.client.close();
  }
}

/** The leader is in this process. */
export class LocalLeader implements ForwardTarget {
  constructor(private readonly sink: BatchSink) {}

  send(batch: EncodedBatch): Promise<{ sendEverything: boolean }> {
    // Through bytes and back, as from another replica: nothing is shared, and there is one way to go wrong.
    const taken = this.sink(decodeBatch(encodeBatch(batch)).batch);
    return taken === undefined
      ? Promise.reject(new Error('this replica does not lead'))
      : Promise.resolve(taken);
  }
}
