/** A health discovery service (HDS) that a test scripts: what to check goes out, each proxy's view comes back. */
import { status } from '@grpc/grpc-js';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { GrpcServer } from './grpc.ts';
import { loadService } from '../../envoy/grpc.ts';
import { Changes } from './wait.ts';
import type { WaitOptions } from './wait.ts';

/** HealthStatus as the API names it. */
export type HealthStatus = 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY' | 'DRAINING' | 'TIMEOUT' | 'DEGRADED';

/** One report of one proxy: the full state of all endpoints it checks. */
export interface HdsReport {
  node: string;
  /** `performance.now()` at arrival. */
  at: number;
  /** By cluster name, then by `ip:port`. */
  clusters: Map<string, Map<string, HealthStatus>>;
}

interface EndpointHealth {
  endpoint?: { address?: { socket_address?: { address: string; port_value: number } } };
  health_status?: HealthStatus;
}

/** Fields that were not sent are absent. */
interface HdsMessage {
  health_check_request?: { node?: { id?: string } };
  endpoint_health_response?: {
    cluster_endpoints_health?: {
      cluster_name?: string;
      locality_endpoints_health?: { endpoints_health?: EndpointHealth[] }[];
    }[];
  };
}

type Call = ServerDuplexStream<HdsMessage, Buffer>;

const identity = (bytes: Buffer): Buffer => bytes;

export class HdsServer {
  readonly grpc: GrpcServer;
  /** Every report, oldest first. */
  readonly reports: HdsReport[] = [];
  readonly changes = new Changes();
  private specifier: Buffer | undefined;
  private readonly calls = new Map<Call, string>();

  /** @param grpc shares the server of an `AdsServer`: `new HdsServer(ads.grpc)` */
  constructor(grpc = new GrpcServer()) {
    this.grpc = grpc;
    const service = loadService('envoy.service.health.v3.HealthDiscoveryService');
    const method = service['StreamHealthCheck'];
    if (!method) throw new Error('the Envoy API has no StreamHealthCheck');
    // The specifier is given as bytes, so the response is not serialized again.
    const definition = { ...method, responseSerialize: identity, responseDeserialize: identity };
    this.grpc.add(
      { StreamHealthCheck: definition },
      { StreamHealthCheck: (call: Call) => this.onStream(call) },
    );
  }

  /**
   * Sends an encoded `envoy.service.health.v3.HealthCheckSpecifier` (the `value` of its Any) to every
   * connected proxy, and to those that connect later.
   */
  specify(specifier: Buffer): void {
    this.specifier = specifier;
    for (const call of this.calls.keys()) call.write(specifier);
  }

  /** Stops the gRPC server, shared or not. */
  stop(): void {
    this.grpc.stop();
  }

  /** The ids of the proxies that have a stream open. */
  nodes(): string[] {
    return [...this.calls.values()];
  }

  /** The last report of a node, if there is one. */
  latest(node: string): HdsReport | undefined {
    return this.reports.findLast((report) => report.node === node);
  }

  /**
   * Resolves with the first report of `node` that arrived after `since` (`performance.now()`; default: any
   * so far counts, latest state only) in which the endpoint `ip:port` has the state.
   */
  waitForHealth(
    node: string,
    address: string,
    wanted: HealthStatus,
    options: WaitOptions & { since?: number; cluster?: string } = {},
  ): Promise<HdsReport> {
    const shows = (report: HdsReport | undefined): boolean =>
      report !== undefined && healthIn(report, address, options.cluster) === wanted;
    return this.changes.until(
      () => {
        const { since } = options;
        if (since === undefined) {
          const latest = this.latest(node);
          return shows(latest) ? latest : undefined;
        }
        return this.reports.find((report) => report.node === node && report.at > since && shows(report));
      },
      {
        what: `${node} to report ${address} ${wanted}`,
        describe: () => ({ nodes: this.nodes(), latest: this.latest(node)?.clusters }),
        ...options,
      },
    );
  }

  /** Ends the streams of a node (all without one) with UNAVAILABLE. */
  disconnect(node?: string): void {
    for (const [call, id] of this.calls) {
      if (node !== undefined && node !== id) continue;
      this.calls.delete(call);
      call.emit('error', { code: status.UNAVAILABLE, details: 'cut by the test' });
    }
  }

  private onStream(call: Call): void {
    const close = (): void => {
      this.calls.delete(call);
      this.changes.notify();
    };
    call.on('data', (message: HdsMessage) => {
      const request = message.health_check_request;
      if (request) {
        this.calls.set(call, request.node?.id ?? '');
        if (this.specifier) call.write(this.specifier);
      }
      const response = message.endpoint_health_response;
      if (response) {
        this.reports.push({
          node: this.calls.get(call) ?? '',
          at: performance.now(),
          clusters: readClusters(response),
        });
      }
      this.changes.notify();
    });
    call.on('cancelled', close);
    call.on('close', close);
    call.on('error', close);
    call.on('end', () => {
      call.end();
      close();
    });
  }
}

type EndpointHealthResponse = NonNullable<HdsMessage['endpoint_health_response']>;

function readClusters(response: EndpointHealthResponse): HdsReport['clusters'] {
  const clusters: HdsReport['clusters'] = new Map();
  for (const cluster of response.cluster_endpoints_health ?? []) {
    const endpoints = new Map<string, HealthStatus>();
    for (const locality of cluster.locality_endpoints_health ?? []) {
      for (const { endpoint, health_status: health } of locality.endpoints_health ?? []) {
        const socket = endpoint?.address?.socket_address;
        endpoints.set(`${socket?.address ?? ''}:${socket?.port_value ?? 0}`, health ?? 'UNKNOWN');
      }
    }
    clusters.set(cluster.cluster_name ?? '', endpoints);
  }
  return clusters;
}

/** The state of an endpoint in a report; without `cluster`, in the first cluster that has it. */
export function healthIn(report: HdsReport, address: string, cluster?: string): HealthStatus | undefined {
  for (const [name, endpoints] of report.clusters) {
    const health = endpoints.get(address);
    if (health !== undefined && (cluster === undefined || cluster === name)) return health;
  }
  return undefined;
}
