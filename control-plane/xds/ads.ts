import {
  status,
  type handleUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { loadService } from '../../envoy/grpc.ts';
import type { NodeCheck } from './admission.ts';
import type { Clock } from '../store/clock.ts';
import { ProxyRegistry } from './registry.ts';
import { ResponseWriter } from './response.ts';
import type { Snapshot } from './snapshot.ts';
import { AdsStream, type AdsCall } from './stream.ts';

/** A gRPC service and what it does. */
export interface Service {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

export interface AdsOptions {
  readonly clock: Clock;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
  readonly check: NodeCheck;
  /**
   * Milliseconds that anything waits for a proxy's acknowledgement: what refers to it (make before break), and the next
   * version of the same resource. Then the proxy is named as late and the push goes on. Default 5000.
   */
  readonly ackTimeoutMs?: number;
}

/** Streams that are told of a new snapshot before the event loop turns, so that their frames do not all stand at once. */
const STREAMS_A_TURN = 32;

/** Bytes are passed through: a response is encoded by `response.ts`. */
export const passThrough = (bytes: Buffer): Buffer => bytes;

/**
 * A service with one unary method whose messages stay bytes.
 *
 * @param path `/<package>.<service>/<method>`
 */
export function unaryService(path: string, handle: handleUnaryCall<Buffer, Buffer>): Service {
  const method = path.slice(path.lastIndexOf('/') + 1);
  return {
    definition: {
      [method]: {
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: passThrough,
        requestDeserialize: passThrough,
        responseSerialize: passThrough,
        responseDeserialize: passThrough,
      },
    },
    implementation: { [method]: handle },
  };
}

/** The aggregated discovery service, incremental (delta) only. */
export class AdsService {
  readonly registry: ProxyRegistry;
  private readonly streams = new Set<AdsStream>();
  private readonly writer = new ResponseWriter();
  private latest: Snapshot | undefined;
  private isStopped = false;
  private suspended: string | undefined;
  private waiting: AdsStream[] = [];
  private turn: NodeJS.Immediate | undefined;

  constructor(private readonly options: AdsOptions) {
    this.registry = new ProxyRegistry((error) =>
      options.log.error({ err: error }, 'a listener of the proxy registry failed'),
    );
  }

  service(): Service {
    const definition = loadService('envoy.service.discovery.v3.AggregatedDiscoveryService');
    const method = definition['DeltaAggregatedResources']!;
    return {
      definition: {
        ...definition,
        DeltaAggregatedResources: {
          ...method,
          responseSerialize: passThrough,
          responseDeserialize: passThrough,
        },
      },
      implementation: {
        DeltaAggregatedResources: (call: AdsCall) => this.onStream(call),
        StreamAggregatedResources: (call: AdsCall) =>
          call.emit('error', {
            code: status.UNIMPLEMENTED,
            details: 'use api_type DELTA_GRPC: only incremental ADS is served',
          }),
      },
    };
  }

  /** The snapshot that proxies are given; undefined before the first {@link publish}. */
  get snapshot(): Snapshot | undefined {
    return this.latest;
  }

  /** Proxies get what differs, each as soon as it can take it. The first snapshot opens the service. */
  publish(snapshot: Snapshot): void {
    if (this.isStopped) return;
    this.latest = snapshot;
    this.waiting = [...this.streams];
    this.turn ??= setImmediate(() => this.pumpSome());
  }

  /** Ends all streams, so that proxies go to another replica at once. */
  stop(): void {
    this.isStopped = true;
    if (this.turn !== undefined) clearImmediate(this.turn);
    this.turn = undefined;
    this.waiting = [];
    for (const stream of [...this.streams])
      stream.end(status.UNAVAILABLE, 'this control plane is stopping; another one serves');
  }

  /** With a reason: ends all streams and refuses new ones until it is called without. */
  suspend(why: string | undefined): void {
    this.suspended = why;
    if (why !== undefined) for (const stream of [...this.streams]) stream.end(status.UNAVAILABLE, why);
  }

  private pumpSome(): void {
    for (const stream of this.waiting.splice(0, STREAMS_A_TURN)) stream.pump();
    this.turn = this.waiting.length > 0 ? setImmediate(() => this.pumpSome()) : undefined;
  }

  private onStream(call: AdsCall): void {
    const refusal = this.isStopped
      ? 'this control plane is stopping; another one serves'
      : 'this control plane has not loaded its state yet; it is tried again by itself';
    if (this.isStopped || this.latest === undefined || this.suspended !== undefined) {
      call.emit('error', { code: status.UNAVAILABLE, details: this.suspended ?? refusal });
      return;
    }
    const { clock, log, check, ackTimeoutMs } = this.options;
    const stream: AdsStream = new AdsStream(call, {
      clock,
      log,
      check,
      registry: this.registry,
      writer: this.writer,
      patienceMs: ackTimeoutMs ?? 5_000,
      snapshot: () => this.latest ?? new Map(),
      closed: (closed) => this.streams.delete(closed),
    });
    this.streams.add(stream);
  }
}
