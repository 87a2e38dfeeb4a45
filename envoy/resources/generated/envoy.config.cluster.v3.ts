// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, Duration, JsonObject, Long, NoFields } from '../json.ts';
import type { AnyResource } from './index.ts';
import type * as envoy_config_cluster_v3 from './envoy.config.cluster.v3.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_config_endpoint_v3 from './envoy.config.endpoint.v3.ts';
import type * as envoy_config_metrics_v3 from './envoy.config.metrics.v3.ts';
import type * as envoy_type_matcher_v3 from './envoy.type.matcher.v3.ts';
import type * as envoy_type_metadata_v3 from './envoy.type.metadata.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';
import type * as xds_type_matcher_v3 from './xds.type.matcher.v3.ts';

/** envoy.config.cluster.v3.Cluster.DiscoveryType */
export type Cluster_DiscoveryType =
  | 'STATIC'
  | 'STRICT_DNS'
  | 'LOGICAL_DNS'
  | 'EDS'
  | 'ORIGINAL_DST';

/** envoy.config.cluster.v3.Cluster.DnsLookupFamily */
export type Cluster_DnsLookupFamily =
  | 'AUTO'
  | 'V4_ONLY'
  | 'V6_ONLY'
  | 'V4_PREFERRED'
  | 'ALL';

/** envoy.config.cluster.v3.Cluster.LbPolicy */
export type Cluster_LbPolicy =
  | 'ROUND_ROBIN'
  | 'LEAST_REQUEST'
  | 'RING_HASH'
  | 'RANDOM'
  | 'MAGLEV'
  | 'CLUSTER_PROVIDED'
  | 'LOAD_BALANCING_POLICY_CONFIG';

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetFallbackPolicy */
export type Cluster_LbSubsetConfig_LbSubsetFallbackPolicy =
  | 'NO_FALLBACK'
  | 'ANY_ENDPOINT'
  | 'DEFAULT_SUBSET';

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetMetadataFallbackPolicy */
export type Cluster_LbSubsetConfig_LbSubsetMetadataFallbackPolicy =
  | 'METADATA_NO_FALLBACK'
  | 'FALLBACK_LIST';

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector.LbSubsetSelectorFallbackPolicy */
export type Cluster_LbSubsetConfig_LbSubsetSelector_LbSubsetSelectorFallbackPolicy =
  | 'NOT_DEFINED'
  | 'NO_FALLBACK'
  | 'ANY_ENDPOINT'
  | 'DEFAULT_SUBSET'
  | 'KEYS_SUBSET';

/** envoy.config.cluster.v3.Cluster.RingHashLbConfig.HashFunction */
export type Cluster_RingHashLbConfig_HashFunction =
  | 'XX_HASH'
  | 'MURMUR_HASH_2';

/** envoy.config.cluster.v3.UpstreamConnectionOptions.FirstAddressFamilyVersion */
export type UpstreamConnectionOptions_FirstAddressFamilyVersion =
  | 'DEFAULT'
  | 'V4'
  | 'V6'
  | 'PIPE'
  | 'INTERNAL';

/** envoy.config.cluster.v3.CircuitBreakers */
export interface CircuitBreakers {
  thresholds?: readonly (envoy_config_cluster_v3.CircuitBreakers_Thresholds)[] | undefined;
  per_host_thresholds?: readonly (envoy_config_cluster_v3.CircuitBreakers_Thresholds)[] | undefined;
}

/** envoy.config.cluster.v3.CircuitBreakers.Thresholds */
export interface CircuitBreakers_Thresholds {
  priority?: envoy_config_core_v3.RoutingPriority | undefined;
  max_connections?: number | undefined;
  max_pending_requests?: number | undefined;
  max_requests?: number | undefined;
  max_retries?: number | undefined;
  retry_budget?: envoy_config_cluster_v3.CircuitBreakers_Thresholds_RetryBudget | undefined;
  track_remaining?: boolean | undefined;
  max_connection_pools?: number | undefined;
}

/** envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget */
export interface CircuitBreakers_Thresholds_RetryBudget {
  budget_percent?: envoy_type_v3.Percent | undefined;
  budget_interval?: Duration | undefined;
  min_retry_concurrency?: number | undefined;
}

/** envoy.config.cluster.v3.Cluster */
export type Cluster = {
  transport_socket_matches?: readonly (envoy_config_cluster_v3.Cluster_TransportSocketMatch)[] | undefined;
  transport_socket_matcher?: xds_type_matcher_v3.Matcher | undefined;
  name: string;
  alt_stat_name?: string | undefined;
  stats_matcher?: envoy_config_metrics_v3.StatsMatcher | undefined;
  eds_cluster_config?: envoy_config_cluster_v3.Cluster_EdsClusterConfig | undefined;
  connect_timeout?: Duration | undefined;
  per_connection_buffer_limit_bytes?: number | undefined;
  per_connection_buffer_high_watermark_timeout?: Duration | undefined;
  lb_policy?: envoy_config_cluster_v3.Cluster_LbPolicy | undefined;
  load_assignment?: envoy_config_endpoint_v3.ClusterLoadAssignment | undefined;
  health_checks?: readonly (envoy_config_core_v3.HealthCheck)[] | undefined;
  circuit_breakers?: envoy_config_cluster_v3.CircuitBreakers | undefined;
  typed_extension_protocol_options?: { readonly [key: string]: AnyResource } | undefined;
  dns_lookup_family?: envoy_config_cluster_v3.Cluster_DnsLookupFamily | undefined;
  typed_dns_resolver_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  wait_for_warm_on_init?: boolean | undefined;
  outlier_detection?: envoy_config_cluster_v3.OutlierDetection | undefined;
  cleanup_interval?: Duration | undefined;
  upstream_bind_config?: envoy_config_core_v3.BindConfig | undefined;
  lb_subset_config?: envoy_config_cluster_v3.Cluster_LbSubsetConfig | undefined;
  common_lb_config?: envoy_config_cluster_v3.Cluster_CommonLbConfig | undefined;
  transport_socket?: envoy_config_core_v3.TransportSocket | undefined;
  metadata?: envoy_config_core_v3.Metadata | undefined;
  upstream_connection_options?: envoy_config_cluster_v3.UpstreamConnectionOptions | undefined;
  close_connections_on_host_health_failure?: boolean | undefined;
  ignore_health_on_host_removal?: boolean | undefined;
  filters?: readonly (envoy_config_cluster_v3.Filter)[] | undefined;
  load_balancing_policy?: envoy_config_cluster_v3.LoadBalancingPolicy | undefined;
  lrs_server?: envoy_config_core_v3.ConfigSource | undefined;
  lrs_report_endpoint_metrics?: readonly (string)[] | undefined;
  upstream_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  track_cluster_stats?: envoy_config_cluster_v3.TrackClusterStats | undefined;
  preconnect_policy?: envoy_config_cluster_v3.Cluster_PreconnectPolicy | undefined;
  connection_pool_per_downstream_connection?: boolean | undefined;
  queuing_policies?: envoy_config_cluster_v3.Cluster_QueuingPolicies | undefined;
} & AtMostOneOf<{
  type: envoy_config_cluster_v3.Cluster_DiscoveryType;
  cluster_type: envoy_config_cluster_v3.Cluster_CustomClusterType;
}> & AtMostOneOf<{
  ring_hash_lb_config: envoy_config_cluster_v3.Cluster_RingHashLbConfig;
  maglev_lb_config: envoy_config_cluster_v3.Cluster_MaglevLbConfig;
  original_dst_lb_config: envoy_config_cluster_v3.Cluster_OriginalDstLbConfig;
  least_request_lb_config: envoy_config_cluster_v3.Cluster_LeastRequestLbConfig;
  round_robin_lb_config: envoy_config_cluster_v3.Cluster_RoundRobinLbConfig;
}>;

/** envoy.config.cluster.v3.Cluster.CommonLbConfig */
export type Cluster_CommonLbConfig = {
  healthy_panic_threshold?: envoy_type_v3.Percent | undefined;
  update_merge_window?: Duration | undefined;
  ignore_new_hosts_until_first_hc?: boolean | undefined;
  close_connections_on_host_set_change?: boolean | undefined;
  consistent_hashing_lb_config?: envoy_config_cluster_v3.Cluster_CommonLbConfig_ConsistentHashingLbConfig | undefined;
  override_host_status?: envoy_config_core_v3.HealthStatusSet | undefined;
} & AtMostOneOf<{
  zone_aware_lb_config: envoy_config_cluster_v3.Cluster_CommonLbConfig_ZoneAwareLbConfig;
  locality_weighted_lb_config: envoy_config_cluster_v3.Cluster_CommonLbConfig_LocalityWeightedLbConfig;
}>;

/** envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig */
export interface Cluster_CommonLbConfig_ConsistentHashingLbConfig {
  use_hostname_for_hashing?: boolean | undefined;
  hash_balance_factor?: number | undefined;
}

/** envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig */
export type Cluster_CommonLbConfig_LocalityWeightedLbConfig = NoFields;

/** envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig */
export interface Cluster_CommonLbConfig_ZoneAwareLbConfig {
  routing_enabled?: envoy_type_v3.Percent | undefined;
  min_cluster_size?: Long | undefined;
  fail_traffic_on_panic?: boolean | undefined;
}

/** envoy.config.cluster.v3.Cluster.CustomClusterType */
export interface Cluster_CustomClusterType {
  name: string;
  typed_config?: AnyResource | undefined;
}

/** envoy.config.cluster.v3.Cluster.EdsClusterConfig */
export interface Cluster_EdsClusterConfig {
  eds_config?: envoy_config_core_v3.ConfigSource | undefined;
  service_name?: string | undefined;
}

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig */
export interface Cluster_LbSubsetConfig {
  fallback_policy?: envoy_config_cluster_v3.Cluster_LbSubsetConfig_LbSubsetFallbackPolicy | undefined;
  default_subset?: JsonObject | undefined;
  subset_selectors?: readonly (envoy_config_cluster_v3.Cluster_LbSubsetConfig_LbSubsetSelector)[] | undefined;
  locality_weight_aware?: boolean | undefined;
  scale_locality_weight?: boolean | undefined;
  panic_mode_any?: boolean | undefined;
  list_as_any?: boolean | undefined;
  metadata_fallback_policy?: envoy_config_cluster_v3.Cluster_LbSubsetConfig_LbSubsetMetadataFallbackPolicy | undefined;
}

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector */
export interface Cluster_LbSubsetConfig_LbSubsetSelector {
  keys?: readonly (string)[] | undefined;
  single_host_per_subset?: boolean | undefined;
  fallback_policy?: envoy_config_cluster_v3.Cluster_LbSubsetConfig_LbSubsetSelector_LbSubsetSelectorFallbackPolicy | undefined;
  fallback_keys_subset?: readonly (string)[] | undefined;
}

/** envoy.config.cluster.v3.Cluster.LeastRequestLbConfig */
export interface Cluster_LeastRequestLbConfig {
  choice_count?: number | undefined;
  active_request_bias?: envoy_config_core_v3.RuntimeDouble | undefined;
  slow_start_config?: envoy_config_cluster_v3.Cluster_SlowStartConfig | undefined;
}

/** envoy.config.cluster.v3.Cluster.MaglevLbConfig */
export interface Cluster_MaglevLbConfig {
  table_size?: Long | undefined;
}

/** envoy.config.cluster.v3.Cluster.OriginalDstLbConfig */
export interface Cluster_OriginalDstLbConfig {
  use_http_header?: boolean | undefined;
  http_header_name?: string | undefined;
  upstream_port_override?: number | undefined;
  metadata_key?: envoy_type_metadata_v3.MetadataKey | undefined;
}

/** envoy.config.cluster.v3.Cluster.PreconnectPolicy */
export interface Cluster_PreconnectPolicy {
  per_upstream_preconnect_ratio?: number | undefined;
  predictive_preconnect_ratio?: number | undefined;
  preconnect_enabled_metadata?: envoy_type_matcher_v3.MetadataMatcher | undefined;
}

/** envoy.config.cluster.v3.Cluster.QueuingPolicies */
export interface Cluster_QueuingPolicies {
  pending_rq_policy?: envoy_config_core_v3.TypedExtensionConfig | undefined;
}

/** envoy.config.cluster.v3.Cluster.RingHashLbConfig */
export interface Cluster_RingHashLbConfig {
  minimum_ring_size?: Long | undefined;
  hash_function?: envoy_config_cluster_v3.Cluster_RingHashLbConfig_HashFunction | undefined;
  maximum_ring_size?: Long | undefined;
}

/** envoy.config.cluster.v3.Cluster.RoundRobinLbConfig */
export interface Cluster_RoundRobinLbConfig {
  slow_start_config?: envoy_config_cluster_v3.Cluster_SlowStartConfig | undefined;
}

/** envoy.config.cluster.v3.Cluster.SlowStartConfig */
export interface Cluster_SlowStartConfig {
  slow_start_window?: Duration | undefined;
  aggression?: envoy_config_core_v3.RuntimeDouble | undefined;
  min_weight_percent?: envoy_type_v3.Percent | undefined;
}

/** envoy.config.cluster.v3.Cluster.TransportSocketMatch */
export interface Cluster_TransportSocketMatch {
  name: string;
  match?: JsonObject | undefined;
  transport_socket?: envoy_config_core_v3.TransportSocket | undefined;
}

/** envoy.config.cluster.v3.Filter */
export interface Filter {
  name: string;
  typed_config?: AnyResource | undefined;
  config_discovery?: envoy_config_core_v3.ExtensionConfigSource | undefined;
}

/** envoy.config.cluster.v3.LoadBalancingPolicy */
export interface LoadBalancingPolicy {
  policies?: readonly (envoy_config_cluster_v3.LoadBalancingPolicy_Policy)[] | undefined;
}

/** envoy.config.cluster.v3.LoadBalancingPolicy.Policy */
export interface LoadBalancingPolicy_Policy {
  typed_extension_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
}

/** envoy.config.cluster.v3.OutlierDetection */
export interface OutlierDetection {
  consecutive_5xx?: number | undefined;
  interval?: Duration | undefined;
  base_ejection_time?: Duration | undefined;
  max_ejection_percent?: number | undefined;
  enforcing_consecutive_5xx?: number | undefined;
  enforcing_success_rate?: number | undefined;
  success_rate_minimum_hosts?: number | undefined;
  success_rate_request_volume?: number | undefined;
  success_rate_stdev_factor?: number | undefined;
  consecutive_gateway_failure?: number | undefined;
  enforcing_consecutive_gateway_failure?: number | undefined;
  split_external_local_origin_errors?: boolean | undefined;
  consecutive_local_origin_failure?: number | undefined;
  enforcing_consecutive_local_origin_failure?: number | undefined;
  enforcing_local_origin_success_rate?: number | undefined;
  failure_percentage_threshold?: number | undefined;
  enforcing_failure_percentage?: number | undefined;
  enforcing_failure_percentage_local_origin?: number | undefined;
  failure_percentage_minimum_hosts?: number | undefined;
  failure_percentage_request_volume?: number | undefined;
  max_ejection_time?: Duration | undefined;
  max_ejection_time_jitter?: Duration | undefined;
  successful_active_health_check_uneject_host?: boolean | undefined;
  monitors?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
  always_eject_one_host?: boolean | undefined;
  detect_degraded_hosts?: boolean | undefined;
}

/** envoy.config.cluster.v3.TrackClusterStats */
export interface TrackClusterStats {
  timeout_budgets?: boolean | undefined;
  request_response_sizes?: boolean | undefined;
  per_endpoint_stats?: boolean | undefined;
}

/** envoy.config.cluster.v3.UpstreamConnectionOptions */
export interface UpstreamConnectionOptions {
  tcp_keepalive?: envoy_config_core_v3.TcpKeepalive | undefined;
  set_local_interface_name_on_upstream_connections?: boolean | undefined;
  happy_eyeballs_config?: envoy_config_cluster_v3.UpstreamConnectionOptions_HappyEyeballsConfig | undefined;
}

/** envoy.config.cluster.v3.UpstreamConnectionOptions.HappyEyeballsConfig */
export interface UpstreamConnectionOptions_HappyEyeballsConfig {
  first_address_family_version?: envoy_config_cluster_v3.UpstreamConnectionOptions_FirstAddressFamilyVersion | undefined;
  first_address_family_count?: number | undefined;
}
