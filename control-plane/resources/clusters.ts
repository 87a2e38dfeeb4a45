import { any, type Duration, type Message, type TypedAny } from '../../envoy/resources/index.ts';
import { ADS } from './discovery.ts';
import { healthCheck, type HealthCheckKind } from './health-checks.ts';
import { ENDING_HEADERS } from './greeters.ts';

type Cluster = Message<'envoy.config.cluster.v3.Cluster'>;

/**
 * Points on the ring: 16 for each of up to 2,048 servers. A server's hash keys hit its own points as long as it has more
 * points than keys; 2,000 servers took 96 MB.
 */
export const RING_SIZE = 32768;

/** No limit but those of the machine: Envoy's default is 1,024 connections to all servers of a cluster together. */
const UNLIMITED = 1_000_000_000;

export interface ServerClusterOptions {
  /** The cluster's name, and that of its EDS resource. One cluster for each port kind of the servers. */
  readonly name: string;
  readonly healthCheck: HealthCheckKind;
  /** Between two checks of a server. Default: that of `healthCheck`. */
  readonly healthCheckInterval?: Duration;
  /** See {@link RING_SIZE}; for tests alone. */
  readonly minimumRingSize?: number;
}

/** The servers' cluster for one port kind. It does not change when a server joins or leaves: EDS does. */
export function serverCluster(options: ServerClusterOptions): TypedAny<'envoy.config.cluster.v3.Cluster'> {
  return any('envoy.config.cluster.v3.Cluster', {
    name: options.name,
    type: 'EDS',
    eds_cluster_config: { eds_config: ADS },
    connect_timeout: '1s',
    lb_policy: 'RING_HASH',
    ring_hash_lb_config: {
      minimum_ring_size: options.minimumRingSize ?? RING_SIZE,
      hash_function: 'XX_HASH',
    },
    common_lb_config: {
      // Never send to servers known as dead, however few are left.
      healthy_panic_threshold: { value: 0 },
      // A merged update reaches the workers late: ten of ten connects failed within the default window of 1 s.
      update_merge_window: '0s',
    },
    health_checks: [healthCheck(options.healthCheck, options.healthCheckInterval)],
    // Without it a server that EDS no longer names stays in the ring for as long as it passes its checks.
    ignore_health_on_host_removal: true,
    outlier_detection: outlierDetection(options.healthCheck),
    circuit_breakers: {
      thresholds: [
        {
          priority: 'DEFAULT',
          max_connections: UNLIMITED,
          max_pending_requests: UNLIMITED,
          max_requests: UNLIMITED,
          max_retries: UNLIMITED,
        },
      ],
    },
    // A server whose machine is gone sends no FIN: after 10 s + 3 × 3 s of silence its connections are closed.
    upstream_connection_options: {
      tcp_keepalive: { keepalive_time: 10, keepalive_interval: 3, keepalive_probes: 3 },
    },
    typed_extension_protocol_options: options.healthCheck === 'websocket' ? httpOptions() : undefined,
  });
}

/**
 * Two refused connects in a row put a server aside at once, before the active checks notice; a good active check brings
 * it back. Statistics put no server aside: its organizations would be scattered for being slower than others.
 */
function outlierDetection(kind: HealthCheckKind): NonNullable<Cluster['outlier_detection']> {
  const common = { max_ejection_percent: 100, enforcing_success_rate: 0 };
  if (kind !== 'websocket') return { ...common, consecutive_5xx: 2, consecutive_local_origin_failure: 2 };
  // What a server answers must not put it aside, or one device could do so by requests that make it answer 500.
  return {
    ...common,
    split_external_local_origin_errors: true,
    consecutive_local_origin_failure: 2,
    enforcing_consecutive_5xx: 0,
    enforcing_local_origin_success_rate: 0,
  };
}

/**
 * Takes the routing header off a request after its server was chosen: the route would take it off before, and chooses
 * the cluster by it.
 */
function httpOptions(): NonNullable<Cluster['typed_extension_protocol_options']> {
  return {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': any(
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      {
        explicit_http_config: { http_protocol_options: {} },
        http_filters: [
          {
            name: 'envoy.filters.http.header_mutation',
            typed_config: any('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', {
              mutations: { request_mutations: ENDING_HEADERS.map((remove) => ({ remove })) },
            }),
          },
          {
            name: 'envoy.filters.http.upstream_codec',
            typed_config: any('envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec', {}),
          },
        ],
      },
    ),
  };
}
