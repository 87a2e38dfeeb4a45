// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Duration, OneOf } from '../json.ts';
import type * as envoy_config_accesslog_v3 from './envoy.config.accesslog.v3.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_extensions_filters_network_http_connection_manager_v3 from './envoy.extensions.filters.network.http_connection_manager.v3.ts';
import type * as envoy_extensions_filters_network_tcp_proxy_v3 from './envoy.extensions.filters.network.tcp_proxy.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';

/** envoy.extensions.filters.network.tcp_proxy.v3.ProxyProtocolTlvMergePolicy */
export type ProxyProtocolTlvMergePolicy =
  | 'ADD_IF_ABSENT'
  | 'OVERWRITE_BY_TYPE_IF_EXISTS_OR_ADD'
  | 'APPEND_IF_EXISTS_OR_ADD';

/** envoy.extensions.filters.network.tcp_proxy.v3.UpstreamConnectMode */
export type UpstreamConnectMode =
  | 'IMMEDIATE'
  | 'ON_DOWNSTREAM_DATA'
  | 'ON_DOWNSTREAM_TLS_HANDSHAKE';

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy */
export type TcpProxy = {
  stat_prefix: string;
  on_demand?: envoy_extensions_filters_network_tcp_proxy_v3.TcpProxy_OnDemand | undefined;
  metadata_match?: envoy_config_core_v3.Metadata | undefined;
  idle_timeout?: Duration | undefined;
  downstream_idle_timeout?: Duration | undefined;
  upstream_idle_timeout?: Duration | undefined;
  access_log?: readonly (envoy_config_accesslog_v3.AccessLog)[] | undefined;
  max_connect_attempts?: number | undefined;
  backoff_options?: envoy_config_core_v3.BackoffStrategy | undefined;
  hash_policy?: readonly (envoy_type_v3.HashPolicy)[] | undefined;
  tunneling_config?: envoy_extensions_filters_network_tcp_proxy_v3.TcpProxy_TunnelingConfig | undefined;
  max_downstream_connection_duration?: Duration | undefined;
  max_downstream_connection_duration_jitter_percentage?: envoy_type_v3.Percent | undefined;
  access_log_options?: envoy_extensions_filters_network_tcp_proxy_v3.TcpProxy_TcpAccessLogOptions | undefined;
  proxy_protocol_tlvs?: readonly (envoy_config_core_v3.TlvEntry)[] | undefined;
  proxy_protocol_tlv_merge_policy?: envoy_extensions_filters_network_tcp_proxy_v3.ProxyProtocolTlvMergePolicy | undefined;
  upstream_connect_mode?: envoy_extensions_filters_network_tcp_proxy_v3.UpstreamConnectMode | undefined;
  max_early_data_bytes?: number | undefined;
  check_drain_close?: boolean | undefined;
} & OneOf<{
  cluster: string;
  weighted_clusters: envoy_extensions_filters_network_tcp_proxy_v3.TcpProxy_WeightedCluster;
}>;

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.OnDemand */
export interface TcpProxy_OnDemand {
  odcds_config?: envoy_config_core_v3.ConfigSource | undefined;
  resources_locator?: string | undefined;
  timeout?: Duration | undefined;
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions */
export interface TcpProxy_TcpAccessLogOptions {
  access_log_flush_interval?: Duration | undefined;
  flush_access_log_on_connected?: boolean | undefined;
  flush_access_log_on_start?: boolean | undefined;
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig */
export interface TcpProxy_TunnelingConfig {
  hostname: string;
  use_post?: boolean | undefined;
  headers_to_add?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
  propagate_response_headers?: boolean | undefined;
  post_path?: string | undefined;
  propagate_response_trailers?: boolean | undefined;
  request_id_extension?: envoy_extensions_filters_network_http_connection_manager_v3.RequestIDExtension | undefined;
  request_id_header?: string | undefined;
  request_id_metadata_key?: string | undefined;
  formatters?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster */
export interface TcpProxy_WeightedCluster {
  clusters: readonly (envoy_extensions_filters_network_tcp_proxy_v3.TcpProxy_WeightedCluster_ClusterWeight)[];
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight */
export interface TcpProxy_WeightedCluster_ClusterWeight {
  name: string;
  weight: number;
  metadata_match?: envoy_config_core_v3.Metadata | undefined;
}
