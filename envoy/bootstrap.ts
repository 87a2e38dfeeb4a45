import { isIP } from 'node:net';
import { any, type Message } from './resources/index.ts';
import { upstreamTls, type MutualTls } from './bootstrap-tls.ts';
import { statsResources, type Socket } from './stats-listener.ts';

export { secretFiles, type MutualTls } from './bootstrap-tls.ts';

export type Bootstrap = Message<'envoy.config.bootstrap.v3.Bootstrap'>;
type Cluster = Message<'envoy.config.cluster.v3.Cluster'>;
type ApiConfigSource = Message<'envoy.config.core.v3.ApiConfigSource'>;

export interface ControlPlaneEndpoint {
  /** An IP address or a host name. */
  readonly host: string;
  readonly port: number;
}

export interface BootstrapOptions {
  /** The proxy's id, unique among all proxies (`node.id`). */
  readonly id: string;
  /** The group of proxies that it belongs to (`node.cluster`). Default `cohort`. */
  readonly cluster?: string;
  /**
   * Worker threads, as Envoy's `--concurrency` is given: the control plane takes a proxy for up to date when this many
   * workers are (`node.metadata.workers`).
   */
  readonly workers: number;
  /** Replicas of the control plane, at least one. The proxy uses one and goes to another when that fails. */
  readonly controlPlanes: readonly ControlPlaneEndpoint[];
  /**
   * Envoy's own admin server; whoever reaches it may stop the proxy, so it listens on a loopback address. Default
   * 127.0.0.1 and port 0, a free one, which Envoy writes to the file of `--admin-address-path`.
   */
  readonly admin?: { readonly address?: string; readonly port?: number };
  /**
   * Where Prometheus finds `/stats/prometheus`, and nothing else; `admin.port` must be given then. Left out: on the admin
   * server alone.
   */
  readonly stats?: Socket;
  /** TLS towards the control plane. Without it, plain text. */
  readonly tls?: MutualTls;
  /** Whether the proxy checks the servers for the verdict, by HDS. Default true. */
  readonly healthDiscovery?: boolean;
  /**
   * Device connections that the proxy takes at most; more are closed at once. Default 250,000: at 20 KB each they need
   * 5 GB. Divide the memory meant for connections by 20 KB for TCP, 22 KB for TLS, 50 KB for WebSocket.
   */
  readonly maxConnections?: number;
}

/** The cluster that all that goes to the control plane uses: xDS, HDS and the filters' reports. */
export const CONTROL_PLANE_CLUSTER = 'xds';

/**
 * What a proxy starts from; everything else comes by xDS. To be written as JSON: in YAML an id like `n` reads as false.
 *
 * @throws RangeError when no control plane is named, the number of workers is no positive integer, or `stats` has no admin port
 */
export function bootstrap(options: BootstrapOptions): Bootstrap {
  if (options.controlPlanes.length === 0) {
    throw new RangeError('bootstrap: no control plane is named; give the host and port of at least one');
  }
  if (!Number.isInteger(options.workers) || options.workers < 1) {
    throw new RangeError(`bootstrap: the number of workers is ${options.workers}; give an integer from 1`);
  }
  const admin = { address: options.admin?.address ?? '127.0.0.1', port: options.admin?.port ?? 0 };
  if (options.stats !== undefined && admin.port === 0) {
    throw new RangeError('bootstrap: statistics are read from the admin server: give it a port');
  }
  const stats = options.stats && statsResources(options.stats, admin);
  return {
    node: { id: options.id, cluster: options.cluster ?? 'cohort', metadata: { workers: options.workers } },
    admin: {
      address: {
        socket_address: { address: admin.address, port_value: admin.port },
      },
    },
    dynamic_resources: {
      ads_config: { ...grpcSource('DELTA_GRPC'), set_node_on_first_message_only: true },
      cds_config: { ads: {}, resource_api_version: 'V3' },
      lds_config: { ads: {}, resource_api_version: 'V3' },
    },
    hds_config: (options.healthDiscovery ?? true) ? grpcSource('GRPC') : undefined,
    static_resources: {
      clusters: [controlPlaneCluster(options), ...(stats ? [stats.cluster] : [])],
      ...(stats ? { listeners: [stats.listener] } : {}),
    },
    overload_manager: {
      resource_monitors: [
        {
          name: 'envoy.resource_monitors.global_downstream_max_connections',
          typed_config: any(
            'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
            { max_active_downstream_connections: options.maxConnections ?? 250_000 },
          ),
        },
      ],
    },
  };
}

function grpcSource(type: 'DELTA_GRPC' | 'GRPC'): ApiConfigSource {
  return {
    api_type: type,
    transport_api_version: 'V3',
    grpc_services: [
      {
        envoy_grpc: {
          cluster_name: CONTROL_PLANE_CLUSTER,
          // A proxy that no replica has heard for 10 s counts as gone; Envoy's own pauses grow to 30 s.
          retry_policy: { retry_back_off: { base_interval: '0.25s', max_interval: '3s' } },
        },
      },
    ],
  };
}

function controlPlaneCluster(options: BootstrapOptions): Cluster {
  const endpoints = options.controlPlanes;
  const unlimited = 1_000_000_000;
  return {
    name: CONTROL_PLANE_CLUSTER,
    type: endpoints.every(({ host }) => isIP(host) !== 0) ? 'STATIC' : 'STRICT_DNS',
    // Otherwise a name that has an IPv6 address is never reached by IPv4.
    dns_lookup_family: 'ALL',
    connect_timeout: '1s',
    // Calls go round all replicas: one that refuses them is left out for a while, unless most do.
    outlier_detection: { consecutive_5xx: 2, base_ejection_time: '5s', max_ejection_percent: 100 },
    load_assignment: {
      cluster_name: CONTROL_PLANE_CLUSTER,
      endpoints: [
        {
          lb_endpoints: endpoints.map(({ host, port }) => ({
            endpoint: { address: { socket_address: { address: host, port_value: port } } },
          })),
        },
      ],
    },
    circuit_breakers: {
      thresholds: [
        {
          max_connections: unlimited,
          max_pending_requests: unlimited,
          max_requests: unlimited,
          max_retries: unlimited,
        },
      ],
    },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': any(
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        {
          explicit_http_config: {
            http2_protocol_options: {
              // A replica that is gone without a word is left within 5 s, and the stream opened to another one.
              connection_keepalive: { interval: '3s', timeout: '2s' },
            },
          },
        },
      ),
    },
    transport_socket: options.tls === undefined ? undefined : upstreamTls(options.tls),
  };
}
