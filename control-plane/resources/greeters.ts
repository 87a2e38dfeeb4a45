import { any, type Duration, type Message, type TypedAny } from '../../envoy/resources/index.ts';
import { ADS } from './discovery.ts';
import {
  ADDRESS_HEADER,
  CLUSTER_HEADER,
  GREETERS,
  LISTENER_HEADER,
  RELAY_HEADER,
  RELAY_ISSUER,
  RELAY_KEYS,
  RELAYED_HEADER,
} from './names.ts';

type HeaderMutation = Message<'envoy.config.common.mutation_rules.v3.HeaderMutation'>;

/** A public key that signs relayed connections, as JSON Web Keys have it (RFC 7517). */
export type RelayPublicKey = Readonly<Record<string, unknown>>;

/** Where a greeter takes upgrades. */
export interface GreeterEndpoint {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
}

/** The greeters' cluster: any of them will do. It does not change when one joins or leaves: EDS does. */
export function greeterCluster(interval: Duration): TypedAny<'envoy.config.cluster.v3.Cluster'> {
  return any('envoy.config.cluster.v3.Cluster', {
    name: GREETERS,
    type: 'EDS',
    eds_cluster_config: { eds_config: ADS },
    connect_timeout: '1s',
    lb_policy: 'LEAST_REQUEST',
    common_lb_config: { healthy_panic_threshold: { value: 0 }, update_merge_window: '0s' },
    health_checks: [
      {
        timeout: interval,
        interval,
        no_traffic_interval: interval,
        unhealthy_threshold: 2,
        healthy_threshold: 1,
        reuse_connection: false,
        // 503 once it is told to end: it takes nobody any more.
        http_health_check: { path: '/healthz' },
      },
    ],
    ignore_health_on_host_removal: true,
    outlier_detection: {
      max_ejection_percent: 100,
      enforcing_success_rate: 0,
      split_external_local_origin_errors: true,
      consecutive_local_origin_failure: 2,
      enforcing_consecutive_5xx: 0,
      enforcing_local_origin_success_rate: 0,
    },
    circuit_breakers: {
      thresholds: [
        {
          priority: 'DEFAULT',
          max_connections: 1_000_000_000,
          max_pending_requests: 1_000_000_000,
          max_requests: 1_000_000_000,
          max_retries: 1_000_000_000,
        },
      ],
    },
    upstream_connection_options: {
      tcp_keepalive: { keepalive_time: 10, keepalive_interval: 3, keepalive_probes: 3 },
    },
  });
}

export function greeterEndpoints(
  greeters: readonly GreeterEndpoint[],
): TypedAny<'envoy.config.endpoint.v3.ClusterLoadAssignment'> {
  const endpoints = greeters.map(({ address, port }) => ({
    endpoint: { address: { socket_address: { address, port_value: port } } },
  }));
  return any('envoy.config.endpoint.v3.ClusterLoadAssignment', {
    cluster_name: GREETERS,
    endpoints: endpoints.length === 0 ? [] : [{ lb_endpoints: endpoints }],
  });
}

/**
 * The filter that verifies relayed connections, as an ECDS resource: greeters come and go with their keys, and a change of
 * it leaves live connections alone. A request without a greeter's word passes and names nobody; one with a wrong word is
 * answered 401.
 */
export function relayKeys(
  keys: readonly RelayPublicKey[],
): TypedAny<'envoy.config.core.v3.TypedExtensionConfig'> {
  return any('envoy.config.core.v3.TypedExtensionConfig', {
    name: RELAY_KEYS,
    typed_config: any('envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication', verification(keys)),
  });
}

/** Without a key nothing can be verified, and Envoy refuses an empty set: then nothing is asked, and nothing is named. */
function verification(
  keys: readonly RelayPublicKey[],
): Message<'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication'> {
  if (keys.length === 0) return {};
  return {
    providers: {
      [GREETERS]: {
        issuer: RELAY_ISSUER,
        local_jwks: { inline_string: JSON.stringify({ keys }) },
        from_headers: [{ name: RELAY_HEADER }],
        require_expiration: true,
        claim_to_headers: [{ header_name: RELAYED_HEADER, claim_name: 'organization' }],
      },
    },
    rules: [
      {
        match: { prefix: '/' },
        requires: {
          requires_any: { requirements: [{ provider_name: GREETERS }, { allow_missing: {} }] },
        },
      },
    ],
  };
}

/** What a WebSocket listener does to a request before any filter: none of Cohort's own headers comes from a client. */
export function earlyMutations(listener: string): HeaderMutation[] {
  const told = { [LISTENER_HEADER]: listener, [ADDRESS_HEADER]: '%DOWNSTREAM_LOCAL_ADDRESS%' };
  return [
    { remove: CLUSTER_HEADER },
    { remove: RELAYED_HEADER },
    ...Object.entries(told).map(([key, value]): HeaderMutation => ({
      append: { header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
    })),
  ];
}

/** What is taken off before a server sees a request: it was for the filters. */
export const ENDING_HEADERS = [
  CLUSTER_HEADER,
  RELAYED_HEADER,
  LISTENER_HEADER,
  ADDRESS_HEADER,
  RELAY_HEADER,
] as const;
