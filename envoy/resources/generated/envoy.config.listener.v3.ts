// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, Duration, NoFields, OneOf } from '../json.ts';
import type { AnyResource } from './index.ts';
import type * as envoy_config_accesslog_v3 from './envoy.config.accesslog.v3.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_config_listener_v3 from './envoy.config.listener.v3.ts';
import type * as envoy_config_metrics_v3 from './envoy.config.metrics.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';
import type * as xds_type_matcher_v3 from './xds.type.matcher.v3.ts';

/** envoy.config.listener.v3.FilterChainMatch.ConnectionSourceType */
export type FilterChainMatch_ConnectionSourceType =
  | 'ANY'
  | 'SAME_IP_OR_LOOPBACK'
  | 'EXTERNAL';

/** envoy.config.listener.v3.Listener.DrainType */
export type Listener_DrainType =
  | 'DEFAULT'
  | 'MODIFY_ONLY';

/** envoy.config.listener.v3.AdditionalAddress */
export interface AdditionalAddress {
  address?: envoy_config_core_v3.Address | undefined;
  socket_options?: envoy_config_core_v3.SocketOptionsOverride | undefined;
  tcp_keepalive?: envoy_config_core_v3.TcpKeepalive | undefined;
}

/** envoy.config.listener.v3.ApiListener */
export interface ApiListener {
  api_listener?: AnyResource | undefined;
}

/** envoy.config.listener.v3.Filter */
export type Filter = {
  name: string;
} & AtMostOneOf<{
  typed_config: AnyResource;
  config_discovery: envoy_config_core_v3.ExtensionConfigSource;
}>;

/** envoy.config.listener.v3.FilterChain */
export interface FilterChain {
  filter_chain_match?: envoy_config_listener_v3.FilterChainMatch | undefined;
  filters?: readonly (envoy_config_listener_v3.Filter)[] | undefined;
  metadata?: envoy_config_core_v3.Metadata | undefined;
  transport_socket?: envoy_config_core_v3.TransportSocket | undefined;
  transport_socket_connect_timeout?: Duration | undefined;
  name?: string | undefined;
}

/** envoy.config.listener.v3.FilterChainMatch */
export interface FilterChainMatch {
  destination_port?: number | undefined;
  prefix_ranges?: readonly (envoy_config_core_v3.CidrRange)[] | undefined;
  address_suffix?: string | undefined;
  suffix_len?: number | undefined;
  direct_source_prefix_ranges?: readonly (envoy_config_core_v3.CidrRange)[] | undefined;
  source_type?: envoy_config_listener_v3.FilterChainMatch_ConnectionSourceType | undefined;
  source_prefix_ranges?: readonly (envoy_config_core_v3.CidrRange)[] | undefined;
  source_ports?: readonly (number)[] | undefined;
  server_names?: readonly (string)[] | undefined;
  transport_protocol?: string | undefined;
  application_protocols?: readonly (string)[] | undefined;
}

/** envoy.config.listener.v3.Listener */
export type Listener = {
  name?: string | undefined;
  address?: envoy_config_core_v3.Address | undefined;
  additional_addresses?: readonly (envoy_config_listener_v3.AdditionalAddress)[] | undefined;
  stat_prefix?: string | undefined;
  stats_matcher?: envoy_config_metrics_v3.StatsMatcher | undefined;
  filter_chains?: readonly (envoy_config_listener_v3.FilterChain)[] | undefined;
  fcds_config?: envoy_config_listener_v3.Listener_FcdsConfig | undefined;
  filter_chain_matcher?: xds_type_matcher_v3.Matcher | undefined;
  use_original_dst?: boolean | undefined;
  default_filter_chain?: envoy_config_listener_v3.FilterChain | undefined;
  per_connection_buffer_limit_bytes?: number | undefined;
  per_connection_buffer_high_watermark_timeout?: Duration | undefined;
  metadata?: envoy_config_core_v3.Metadata | undefined;
  drain_type?: envoy_config_listener_v3.Listener_DrainType | undefined;
  listener_filters?: readonly (envoy_config_listener_v3.ListenerFilter)[] | undefined;
  listener_filters_timeout?: Duration | undefined;
  continue_on_listener_filters_timeout?: boolean | undefined;
  transparent?: boolean | undefined;
  freebind?: boolean | undefined;
  socket_options?: readonly (envoy_config_core_v3.SocketOption)[] | undefined;
  tcp_fast_open_queue_length?: number | undefined;
  traffic_direction?: envoy_config_core_v3.TrafficDirection | undefined;
  udp_listener_config?: envoy_config_listener_v3.UdpListenerConfig | undefined;
  api_listener?: envoy_config_listener_v3.ApiListener | undefined;
  connection_balance_config?: envoy_config_listener_v3.Listener_ConnectionBalanceConfig | undefined;
  enable_reuse_port?: boolean | undefined;
  access_log?: readonly (envoy_config_accesslog_v3.AccessLog)[] | undefined;
  tcp_backlog_size?: number | undefined;
  max_connections_to_accept_per_socket_event?: number | undefined;
  bind_to_port?: boolean | undefined;
  enable_mptcp?: boolean | undefined;
  ignore_global_conn_limit?: boolean | undefined;
  bypass_overload_manager?: boolean | undefined;
  tcp_keepalive?: envoy_config_core_v3.TcpKeepalive | undefined;
} & AtMostOneOf<{
  internal_listener: envoy_config_listener_v3.Listener_InternalListenerConfig;
}>;

/** envoy.config.listener.v3.Listener.ConnectionBalanceConfig */
export type Listener_ConnectionBalanceConfig = OneOf<{
  exact_balance: envoy_config_listener_v3.Listener_ConnectionBalanceConfig_ExactBalance;
  extend_balance: envoy_config_core_v3.TypedExtensionConfig;
  cpu_locality_balance: envoy_config_listener_v3.Listener_ConnectionBalanceConfig_CpuLocalityBalance;
}>;

/** envoy.config.listener.v3.Listener.ConnectionBalanceConfig.CpuLocalityBalance */
export type Listener_ConnectionBalanceConfig_CpuLocalityBalance = NoFields;

/** envoy.config.listener.v3.Listener.ConnectionBalanceConfig.ExactBalance */
export type Listener_ConnectionBalanceConfig_ExactBalance = NoFields;

/** envoy.config.listener.v3.Listener.FcdsConfig */
export interface Listener_FcdsConfig {
  name?: string | undefined;
  config_source?: envoy_config_core_v3.ConfigSource | undefined;
}

/** envoy.config.listener.v3.Listener.InternalListenerConfig */
export type Listener_InternalListenerConfig = NoFields;

/** envoy.config.listener.v3.ListenerFilter */
export type ListenerFilter = {
  name: string;
  filter_disabled?: envoy_config_listener_v3.ListenerFilterChainMatchPredicate | undefined;
} & AtMostOneOf<{
  typed_config: AnyResource;
  config_discovery: envoy_config_core_v3.ExtensionConfigSource;
}>;

/** envoy.config.listener.v3.ListenerFilterChainMatchPredicate */
export type ListenerFilterChainMatchPredicate = OneOf<{
  or_match: envoy_config_listener_v3.ListenerFilterChainMatchPredicate_MatchSet;
  and_match: envoy_config_listener_v3.ListenerFilterChainMatchPredicate_MatchSet;
  not_match: envoy_config_listener_v3.ListenerFilterChainMatchPredicate;
  any_match: boolean;
  destination_port_range: envoy_type_v3.Int32Range;
}>;

/** envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet */
export interface ListenerFilterChainMatchPredicate_MatchSet {
  rules: readonly (envoy_config_listener_v3.ListenerFilterChainMatchPredicate)[];
}

/** envoy.config.listener.v3.QuicProtocolOptions */
export interface QuicProtocolOptions {
  quic_protocol_options?: envoy_config_core_v3.QuicProtocolOptions | undefined;
  idle_timeout?: Duration | undefined;
  crypto_handshake_timeout?: Duration | undefined;
  enabled?: envoy_config_core_v3.RuntimeFeatureFlag | undefined;
  packets_to_read_to_connection_count_ratio?: number | undefined;
  crypto_stream_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  proof_source_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  connection_id_generator_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  server_preferred_address_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  send_disable_active_migration?: boolean | undefined;
  connection_debug_visitor_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  save_cmsg_config?: readonly (envoy_config_core_v3.SocketCmsgHeaders)[] | undefined;
  reject_new_connections?: boolean | undefined;
  max_sessions_per_event_loop?: number | undefined;
}

/** envoy.config.listener.v3.UdpListenerConfig */
export interface UdpListenerConfig {
  downstream_socket_config?: envoy_config_core_v3.UdpSocketConfig | undefined;
  quic_options?: envoy_config_listener_v3.QuicProtocolOptions | undefined;
  udp_packet_packet_writer_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
}
