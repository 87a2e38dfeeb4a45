import { status, type ServerDuplexStream } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { loadService } from '../../envoy/grpc.ts';
import { encode, type Duration } from '../../envoy/resources/index.ts';
import { healthChecks, type HealthCheckKind, type ServerEndpoint } from '../resources/index.ts';
import type { Clock } from '../store/clock.ts';
import { Listeners } from '../store/listeners.ts';
import type { Unsubscribe } from '../store/store.ts';
import type { NodeCheck } from './admission.ts';
import { passThrough, type Service } from './ads.ts';
import { peerOf } from './caller.ts';
import { HealthViews, type HealthReport, type HealthStatus, type Transition } from './health-view.ts';
import type { NodeMessage } from './stream.ts';

/** What proxies are to check: the servers of each cluster, by id. */
export interface HealthSpecification {
  readonly clusters: readonly {
    readonly name: string;
    readonly healthCheck: HealthCheckKind;
    /** Between two checks of a server. Default 0.5 s. */
    readonly healthCheckInterval?: Duration;
    readonly servers: readonly Pick<ServerEndpoint, 'id' | 'address' | 'port' | 'checkPort'>[];
  }[];
  /** Between two reports of the full state. Default 1 s. */
  readonly reportInterval?: Duration;
}

interface EndpointHealth {
  readonly endpoint?: {
    readonly address?: { readonly socket_address?: { address?: string; port_value?: number } };
  };
  readonly health_status?: HealthStatus;
}

/** Fields that were not sent are absent. */
interface HdsMessage {
  readonly health_check_request?: { readonly node?: NodeMessage };
  readonly endpoint_health_response?: {
    readonly cluster_endpoints_health?: readonly {
      readonly cluster_name?: string;
      readonly locality_endpoints_health?: readonly {
        readonly endpoints_health?: readonly EndpointHealth[];
      }[];
    }[];
  };
}

type HdsCall = ServerDuplexStream<HdsMessage, Buffer>;

interface Stream {
  readonly call: HdsCall;
  node: string | undefined;
  /** The specification sent last; another one waits until this has left. */
  sent: Buffer | undefined;
  isWriting: boolean;
}

/** Cluster → `address port` → ids of the servers there. */
type Addresses = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** The health discovery service: tells proxies which servers to check and keeps what each of them sees. */
export class HdsService {
  readonly views = new HealthViews();
  private readonly streams = new Set<Stream>();
  private readonly owners = new Map<string, Stream>();
  private specification: Buffer | undefined;
  private addresses: Addresses = new Map();
  private readonly transitions: Listeners<Transition>;
  private isStopped = false;
  private suspended: string | undefined;

  constructor(
    private readonly options: {
      readonly clock: Clock;
      readonly log: Pick<Logger, 'warn' | 'error'>;
      readonly check: NodeCheck;
    },
  ) {
    this.transitions = new Listeners((error) =>
      options.log.error({ err: error }, 'a listener of health views failed'),
    );
  }

  service(): Service {
    const definition = loadService('envoy.service.health.v3.HealthDiscoveryService');
    const stream = definition['StreamHealthCheck']!;
    return {
      // Unary FetchHealthCheck is not served; grpc-js answers UNIMPLEMENTED.
      definition: {
        StreamHealthCheck: { ...stream, responseSerialize: passThrough, responseDeserialize: passThrough },
      },
      implementation: { StreamHealthCheck: (call: HdsCall) => this.onStream(call) },
    };
  }

  /**
   * What proxies are to check from now on; the same again is not sent again.
   *
   * @throws HealthCheckInputError for what would crash a proxy (see `resources/health.ts`)
   */
  specify(specification: HealthSpecification): void {
    const bytes = encode(healthChecks(specification)).value;
    this.addresses = new Map(
      specification.clusters.map(({ name, servers }) => {
        const ids = new Map<string, string[]>();
        for (const { id, address, port, checkPort } of servers) {
          const at = addressKey(address, checkPort ?? port);
          ids.set(at, [...(ids.get(at) ?? []), id]);
        }
        return [name, ids];
      }),
    );
    if (this.specification?.equals(bytes)) return;
    this.specification = bytes;
    for (const stream of this.streams) this.send(stream);
  }

  /** Told every change of any proxy's view. */
  onTransition(listener: (transition: Transition) => void): Unsubscribe {
    return this.transitions.add(listener);
  }

  /** Ends all streams, so that proxies go to another replica at once. */
  stop(): void {
    this.isStopped = true;
    for (const stream of [...this.streams])
      this.end(stream, status.UNAVAILABLE, 'this control plane is stopping; another one serves');
  }

  private onStream(call: HdsCall): void {
    const stream: Stream = { call, node: undefined, sent: undefined, isWriting: false };
    this.streams.add(stream);
    call.on('data', (message: HdsMessage) => this.onMessage(stream, message));
    for (const event of ['cancelled', 'close', 'error']) call.on(event, () => this.close(stream));
    call.on('end', () => {
      call.end();
      this.close(stream);
    });
    if (this.isStopped)
      this.end(stream, status.UNAVAILABLE, 'this control plane is stopping; another one serves');
    else if (this.suspended !== undefined) this.end(stream, status.UNAVAILABLE, this.suspended);
  }

  /** See `AdsService.suspend`. */
  suspend(why: string | undefined): void {
    this.suspended = why;
    if (why !== undefined) for (const stream of [...this.streams]) this.end(stream, status.UNAVAILABLE, why);
  }

  private onMessage(stream: Stream, message: HdsMessage): void {
    if (!this.streams.has(stream)) return;
    if (
      message.health_check_request !== undefined &&
      !this.identify(stream, message.health_check_request.node)
    )
      return;
    const { node } = stream;
    // A second stream of the node has taken over.
    if (node === undefined || this.owners.get(node) !== stream) return;
    if (message.endpoint_health_response === undefined) return;
    const report = this.read(message.endpoint_health_response);
    for (const transition of this.views.report(node, report, this.options.clock.now()))
      this.transitions.tell(transition);
  }

  private identify(stream: Stream, message: NodeMessage | undefined): boolean {
    const node = message?.id ?? '';
    const problem = this.options.check(stream.call, node);
    if (problem !== undefined) {
      this.options.log.warn({ node, peer: peerOf(stream.call) }, `HDS stream refused: ${problem.details}`);
      this.end(stream, problem.code, problem.details);
      return false;
    }
    stream.node = node;
    this.owners.set(node, stream);
    this.send(stream);
    return true;
  }

  /** Sends the specification if the proxy has another one; not before the last one has left. */
  private send(stream: Stream): void {
    const { specification } = this;
    if (stream.node === undefined || stream.isWriting || !this.streams.has(stream)) return;
    if (specification === undefined || specification === stream.sent) return;
    stream.sent = specification;
    stream.isWriting = true;
    stream.call.write(specification, () => {
      stream.isWriting = false;
      this.send(stream);
    });
  }

  /** From addresses to servers; an address that is no longer checked names none. */
  private read(response: NonNullable<HdsMessage['endpoint_health_response']>): HealthReport {
    const report = new Map<string, Map<string, HealthStatus>>();
    for (const {
      cluster_name: cluster = '',
      locality_endpoints_health: localities,
    } of response.cluster_endpoints_health ?? []) {
      const servers = new Map<string, HealthStatus>();
      for (const { endpoint, health_status: health } of (localities ?? []).flatMap(
        (of) => of.endpoints_health ?? [],
      )) {
        const { address = '', port_value: port = 0 } = endpoint?.address?.socket_address ?? {};
        for (const id of this.addresses.get(cluster)?.get(addressKey(address, port)) ?? [])
          servers.set(id, health ?? 'UNKNOWN');
      }
      report.set(cluster, servers);
    }
    return report;
  }

  private end(stream: Stream, code: status, details: string): void {
    this.close(stream);
    stream.call.emit('error', { code, details });
  }

  private close(stream: Stream): void {
    if (!this.streams.delete(stream)) return;
    const { node } = stream;
    if (node === undefined || this.owners.get(node) !== stream) return;
    this.owners.delete(node);
    for (const transition of this.views.forget(node, this.options.clock.now()))
      this.transitions.tell(transition);
  }
}

const addressKey = (address: string, port: number): string => `${address} ${port}`;
