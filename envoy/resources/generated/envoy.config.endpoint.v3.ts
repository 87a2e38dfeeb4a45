// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, Duration } from '../json.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_config_endpoint_v3 from './envoy.config.endpoint.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';

/** envoy.config.endpoint.v3.ClusterLoadAssignment */
export interface ClusterLoadAssignment {
  cluster_name: string;
  endpoints?: readonly (envoy_config_endpoint_v3.LocalityLbEndpoints)[] | undefined;
  named_endpoints?: { readonly [key: string]: envoy_config_endpoint_v3.Endpoint } | undefined;
  policy?: envoy_config_endpoint_v3.ClusterLoadAssignment_Policy | undefined;
}

/** envoy.config.endpoint.v3.ClusterLoadAssignment.Policy */
export interface ClusterLoadAssignment_Policy {
  drop_overloads?: readonly (envoy_config_endpoint_v3.ClusterLoadAssignment_Policy_DropOverload)[] | undefined;
  overprovisioning_factor?: number | undefined;
  endpoint_stale_after?: Duration | undefined;
  weighted_priority_health?: boolean | undefined;
}

/** envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload */
export interface ClusterLoadAssignment_Policy_DropOverload {
  category: string;
  drop_percentage?: envoy_type_v3.FractionalPercent | undefined;
}

/** envoy.config.endpoint.v3.Endpoint */
export interface Endpoint {
  address?: envoy_config_core_v3.Address | undefined;
  health_check_config?: envoy_config_endpoint_v3.Endpoint_HealthCheckConfig | undefined;
  hostname?: string | undefined;
  additional_addresses?: readonly (envoy_config_endpoint_v3.Endpoint_AdditionalAddress)[] | undefined;
  observability_name?: string | undefined;
}

/** envoy.config.endpoint.v3.Endpoint.AdditionalAddress */
export interface Endpoint_AdditionalAddress {
  address?: envoy_config_core_v3.Address | undefined;
}

/** envoy.config.endpoint.v3.Endpoint.HealthCheckConfig */
export interface Endpoint_HealthCheckConfig {
  port_value?: number | undefined;
  hostname?: string | undefined;
  address?: envoy_config_core_v3.Address | undefined;
  disable_active_health_check?: boolean | undefined;
}

/** envoy.config.endpoint.v3.LbEndpoint */
export type LbEndpoint = {
  health_status?: envoy_config_core_v3.HealthStatus | undefined;
  metadata?: envoy_config_core_v3.Metadata | undefined;
  load_balancing_weight?: number | undefined;
} & AtMostOneOf<{
  endpoint: envoy_config_endpoint_v3.Endpoint;
  endpoint_name: string;
}>;

/** envoy.config.endpoint.v3.LedsClusterLocalityConfig */
export interface LedsClusterLocalityConfig {
  leds_config?: envoy_config_core_v3.ConfigSource | undefined;
  leds_collection_name?: string | undefined;
}

/** envoy.config.endpoint.v3.LocalityLbEndpoints */
export type LocalityLbEndpoints = {
  locality?: envoy_config_core_v3.Locality | undefined;
  metadata?: envoy_config_core_v3.Metadata | undefined;
  lb_endpoints?: readonly (envoy_config_endpoint_v3.LbEndpoint)[] | undefined;
  load_balancing_weight?: number | undefined;
  priority?: number | undefined;
  proximity?: number | undefined;
} & AtMostOneOf<{
  leds_cluster_locality_config: envoy_config_endpoint_v3.LedsClusterLocalityConfig;
}>;
