// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Duration } from '../json.ts';
import type * as envoy_config_cluster_v3 from './envoy.config.cluster.v3.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_config_endpoint_v3 from './envoy.config.endpoint.v3.ts';
import type * as envoy_service_health_v3 from './envoy.service.health.v3.ts';

/** envoy.service.health.v3.ClusterHealthCheck */
export interface ClusterHealthCheck {
  cluster_name?: string | undefined;
  health_checks?: readonly (envoy_config_core_v3.HealthCheck)[] | undefined;
  locality_endpoints?: readonly (envoy_service_health_v3.LocalityEndpoints)[] | undefined;
  transport_socket_matches?: readonly (envoy_config_cluster_v3.Cluster_TransportSocketMatch)[] | undefined;
  upstream_bind_config?: envoy_config_core_v3.BindConfig | undefined;
}

/** envoy.service.health.v3.HealthCheckSpecifier */
export interface HealthCheckSpecifier {
  cluster_health_checks?: readonly (envoy_service_health_v3.ClusterHealthCheck)[] | undefined;
  interval?: Duration | undefined;
}

/** envoy.service.health.v3.LocalityEndpoints */
export interface LocalityEndpoints {
  locality?: envoy_config_core_v3.Locality | undefined;
  endpoints?: readonly (envoy_config_endpoint_v3.Endpoint)[] | undefined;
}
