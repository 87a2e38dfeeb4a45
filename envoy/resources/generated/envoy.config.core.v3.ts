// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, Bytes, Duration, JsonObject, JsonValue, Long, NoFields, OneOf } from '../json.ts';
import type { AnyResource } from './index.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_type_matcher_v3 from './envoy.type.matcher.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';
import type * as google_protobuf from './google.protobuf.ts';
import type * as xds_core_v3 from './xds.core.v3.ts';

/** envoy.config.core.v3.ApiConfigSource.ApiType */
export type ApiConfigSource_ApiType =
  | 'REST'
  | 'GRPC'
  | 'DELTA_GRPC'
  | 'AGGREGATED_GRPC'
  | 'AGGREGATED_DELTA_GRPC';

/** envoy.config.core.v3.ApiVersion */
export type ApiVersion =
  | 'AUTO'
  | 'V3';

/** envoy.config.core.v3.HeaderValueOption.HeaderAppendAction */
export type HeaderValueOption_HeaderAppendAction =
  | 'APPEND_IF_EXISTS_OR_ADD'
  | 'ADD_IF_ABSENT'
  | 'OVERWRITE_IF_EXISTS_OR_ADD'
  | 'OVERWRITE_IF_EXISTS';

/** envoy.config.core.v3.HealthStatus */
export type HealthStatus =
  | 'UNKNOWN'
  | 'HEALTHY'
  | 'UNHEALTHY'
  | 'DRAINING'
  | 'TIMEOUT'
  | 'DEGRADED';

/** envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction */
export type HttpProtocolOptions_HeadersWithUnderscoresAction =
  | 'ALLOW'
  | 'REJECT_REQUEST'
  | 'DROP_HEADER';

/** envoy.config.core.v3.KeyValueAppend.KeyValueAppendAction */
export type KeyValueAppend_KeyValueAppendAction =
  | 'APPEND_IF_EXISTS_OR_ADD'
  | 'ADD_IF_ABSENT'
  | 'OVERWRITE_IF_EXISTS_OR_ADD'
  | 'OVERWRITE_IF_EXISTS';

/** envoy.config.core.v3.ProxyProtocolConfig.Version */
export type ProxyProtocolConfig_Version =
  | 'V1'
  | 'V2';

/** envoy.config.core.v3.ProxyProtocolPassThroughTLVs.PassTLVsMatchType */
export type ProxyProtocolPassThroughTLVs_PassTLVsMatchType =
  | 'INCLUDE_ALL'
  | 'INCLUDE';

/** envoy.config.core.v3.RequestMethod */
export type RequestMethod =
  | 'METHOD_UNSPECIFIED'
  | 'GET'
  | 'HEAD'
  | 'POST'
  | 'PUT'
  | 'DELETE'
  | 'CONNECT'
  | 'OPTIONS'
  | 'TRACE'
  | 'PATCH';

/** envoy.config.core.v3.RoutingPriority */
export type RoutingPriority =
  | 'DEFAULT'
  | 'HIGH';

/** envoy.config.core.v3.SocketAddress.Protocol */
export type SocketAddress_Protocol =
  | 'TCP'
  | 'UDP';

/** envoy.config.core.v3.SocketOption.SocketIpVersion */
export type SocketOption_SocketIpVersion =
  | 'SOCKET_IP_VERSION_UNSPECIFIED'
  | 'SOCKET_IP_VERSION_IPV4'
  | 'SOCKET_IP_VERSION_IPV6';

/** envoy.config.core.v3.SocketOption.SocketState */
export type SocketOption_SocketState =
  | 'STATE_PREBIND'
  | 'STATE_BOUND'
  | 'STATE_LISTENING';

/** envoy.config.core.v3.TrafficDirection */
export type TrafficDirection =
  | 'UNSPECIFIED'
  | 'INBOUND'
  | 'OUTBOUND';

/** envoy.config.core.v3.Address */
export type Address = OneOf<{
  socket_address: envoy_config_core_v3.SocketAddress;
  pipe: envoy_config_core_v3.Pipe;
  envoy_internal_address: envoy_config_core_v3.EnvoyInternalAddress;
}>;

/** envoy.config.core.v3.AggregatedConfigSource */
export type AggregatedConfigSource = NoFields;

/** envoy.config.core.v3.AlternateProtocolsCacheOptions */
export interface AlternateProtocolsCacheOptions {
  name: string;
  max_entries?: number | undefined;
  key_value_store_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  prepopulated_entries?: readonly (envoy_config_core_v3.AlternateProtocolsCacheOptions_AlternateProtocolsCacheEntry)[] | undefined;
  canonical_suffixes?: readonly (string)[] | undefined;
}

/** envoy.config.core.v3.AlternateProtocolsCacheOptions.AlternateProtocolsCacheEntry */
export interface AlternateProtocolsCacheOptions_AlternateProtocolsCacheEntry {
  hostname?: string | undefined;
  port: number;
}

/** envoy.config.core.v3.ApiConfigSource */
export interface ApiConfigSource {
  api_type?: envoy_config_core_v3.ApiConfigSource_ApiType | undefined;
  transport_api_version?: envoy_config_core_v3.ApiVersion | undefined;
  cluster_names?: readonly (string)[] | undefined;
  grpc_services?: readonly (envoy_config_core_v3.GrpcService)[] | undefined;
  refresh_delay?: Duration | undefined;
  request_timeout?: Duration | undefined;
  rate_limit_settings?: envoy_config_core_v3.RateLimitSettings | undefined;
  set_node_on_first_message_only?: boolean | undefined;
  config_validators?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
}

/** envoy.config.core.v3.AsyncDataSource */
export type AsyncDataSource = OneOf<{
  local: envoy_config_core_v3.DataSource;
  remote: envoy_config_core_v3.RemoteDataSource;
}>;

/** envoy.config.core.v3.BackoffStrategy */
export interface BackoffStrategy {
  base_interval: Duration;
  max_interval?: Duration | undefined;
}

/** envoy.config.core.v3.BindConfig */
export interface BindConfig {
  source_address?: envoy_config_core_v3.SocketAddress | undefined;
  freebind?: boolean | undefined;
  socket_options?: readonly (envoy_config_core_v3.SocketOption)[] | undefined;
  extra_source_addresses?: readonly (envoy_config_core_v3.ExtraSourceAddress)[] | undefined;
  local_address_selector?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  validate_network_namespaces?: boolean | undefined;
}

/** envoy.config.core.v3.BuildVersion */
export interface BuildVersion {
  version?: envoy_type_v3.SemanticVersion | undefined;
  metadata?: JsonObject | undefined;
}

/** envoy.config.core.v3.CidrRange */
export interface CidrRange {
  address_prefix: string;
  prefix_len?: number | undefined;
}

/** envoy.config.core.v3.ConfigSource */
export type ConfigSource = {
  authorities?: readonly (xds_core_v3.Authority)[] | undefined;
  initial_fetch_timeout?: Duration | undefined;
  resource_api_version?: envoy_config_core_v3.ApiVersion | undefined;
} & OneOf<{
  path_config_source: envoy_config_core_v3.PathConfigSource;
  api_config_source: envoy_config_core_v3.ApiConfigSource;
  ads: envoy_config_core_v3.AggregatedConfigSource;
  self: envoy_config_core_v3.SelfConfigSource;
}>;

/** envoy.config.core.v3.DataSource */
export type DataSource = {
  watched_directory?: envoy_config_core_v3.WatchedDirectory | undefined;
} & OneOf<{
  filename: string;
  inline_bytes: Bytes;
  inline_string: string;
  environment_variable: string;
}>;

/** envoy.config.core.v3.DnsResolverOptions */
export interface DnsResolverOptions {
  use_tcp_for_dns_lookups?: boolean | undefined;
  no_default_search_domain?: boolean | undefined;
}

/** envoy.config.core.v3.EnvoyInternalAddress */
export type EnvoyInternalAddress = {
  endpoint_id?: string | undefined;
} & OneOf<{
  server_listener_name: string;
}>;

/** envoy.config.core.v3.EventServiceConfig */
export type EventServiceConfig = OneOf<{
  grpc_service: envoy_config_core_v3.GrpcService;
}>;

/** envoy.config.core.v3.Extension */
export interface Extension {
  name?: string | undefined;
  category?: string | undefined;
  version?: envoy_config_core_v3.BuildVersion | undefined;
  disabled?: boolean | undefined;
  type_urls?: readonly (string)[] | undefined;
}

/** envoy.config.core.v3.ExtensionConfigSource */
export interface ExtensionConfigSource {
  config_source: envoy_config_core_v3.ConfigSource;
  default_config?: AnyResource | undefined;
  apply_default_config_without_warming?: boolean | undefined;
  type_urls: readonly (string)[];
}

/** envoy.config.core.v3.ExtraSourceAddress */
export interface ExtraSourceAddress {
  address: envoy_config_core_v3.SocketAddress;
  socket_options?: envoy_config_core_v3.SocketOptionsOverride | undefined;
}

/** envoy.config.core.v3.GrpcService */
export type GrpcService = {
  timeout?: Duration | undefined;
  initial_metadata?: readonly (envoy_config_core_v3.HeaderValue)[] | undefined;
  retry_policy?: envoy_config_core_v3.RetryPolicy | undefined;
} & OneOf<{
  envoy_grpc: envoy_config_core_v3.GrpcService_EnvoyGrpc;
  google_grpc: envoy_config_core_v3.GrpcService_GoogleGrpc;
}>;

/** envoy.config.core.v3.GrpcService.EnvoyGrpc */
export interface GrpcService_EnvoyGrpc {
  cluster_name: string;
  authority?: string | undefined;
  retry_policy?: envoy_config_core_v3.RetryPolicy | undefined;
  max_receive_message_length?: number | undefined;
  skip_envoy_headers?: boolean | undefined;
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc */
export interface GrpcService_GoogleGrpc {
  target_uri: string;
  channel_credentials?: envoy_config_core_v3.GrpcService_GoogleGrpc_ChannelCredentials | undefined;
  channel_credentials_plugin?: readonly (AnyResource)[] | undefined;
  call_credentials?: readonly (envoy_config_core_v3.GrpcService_GoogleGrpc_CallCredentials)[] | undefined;
  call_credentials_plugin?: readonly (AnyResource)[] | undefined;
  stat_prefix: string;
  credentials_factory_name?: string | undefined;
  config?: JsonObject | undefined;
  per_stream_buffer_limit_bytes?: number | undefined;
  channel_args?: envoy_config_core_v3.GrpcService_GoogleGrpc_ChannelArgs | undefined;
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials */
export type GrpcService_GoogleGrpc_CallCredentials = OneOf<{
  access_token: string;
  google_compute_engine: google_protobuf.Empty;
  google_refresh_token: string;
  service_account_jwt_access: envoy_config_core_v3.GrpcService_GoogleGrpc_CallCredentials_ServiceAccountJWTAccessCredentials;
  google_iam: envoy_config_core_v3.GrpcService_GoogleGrpc_CallCredentials_GoogleIAMCredentials;
  from_plugin: envoy_config_core_v3.GrpcService_GoogleGrpc_CallCredentials_MetadataCredentialsFromPlugin;
  sts_service: envoy_config_core_v3.GrpcService_GoogleGrpc_CallCredentials_StsService;
}>;

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.GoogleIAMCredentials */
export interface GrpcService_GoogleGrpc_CallCredentials_GoogleIAMCredentials {
  authorization_token?: string | undefined;
  authority_selector?: string | undefined;
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin */
export type GrpcService_GoogleGrpc_CallCredentials_MetadataCredentialsFromPlugin = {
  name?: string | undefined;
} & AtMostOneOf<{
  typed_config: AnyResource;
}>;

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.ServiceAccountJWTAccessCredentials */
export interface GrpcService_GoogleGrpc_CallCredentials_ServiceAccountJWTAccessCredentials {
  json_key?: string | undefined;
  token_lifetime_seconds?: Long | undefined;
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.StsService */
export interface GrpcService_GoogleGrpc_CallCredentials_StsService {
  token_exchange_service_uri?: string | undefined;
  resource?: string | undefined;
  audience?: string | undefined;
  scope?: string | undefined;
  requested_token_type?: string | undefined;
  subject_token_path: string;
  subject_token_type: string;
  actor_token_path?: string | undefined;
  actor_token_type?: string | undefined;
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs */
export interface GrpcService_GoogleGrpc_ChannelArgs {
  args?: { readonly [key: string]: envoy_config_core_v3.GrpcService_GoogleGrpc_ChannelArgs_Value } | undefined;
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs.Value */
export type GrpcService_GoogleGrpc_ChannelArgs_Value = OneOf<{
  string_value: string;
  int_value: Long;
}>;

/** envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelCredentials */
export type GrpcService_GoogleGrpc_ChannelCredentials = OneOf<{
  ssl_credentials: envoy_config_core_v3.GrpcService_GoogleGrpc_SslCredentials;
  google_default: google_protobuf.Empty;
  local_credentials: envoy_config_core_v3.GrpcService_GoogleGrpc_GoogleLocalCredentials;
}>;

/** envoy.config.core.v3.GrpcService.GoogleGrpc.GoogleLocalCredentials */
export type GrpcService_GoogleGrpc_GoogleLocalCredentials = NoFields;

/** envoy.config.core.v3.GrpcService.GoogleGrpc.SslCredentials */
export interface GrpcService_GoogleGrpc_SslCredentials {
  root_certs?: envoy_config_core_v3.DataSource | undefined;
  private_key?: envoy_config_core_v3.DataSource | undefined;
  cert_chain?: envoy_config_core_v3.DataSource | undefined;
}

/** envoy.config.core.v3.HeaderValue */
export interface HeaderValue {
  key: string;
  value?: string | undefined;
  raw_value?: Bytes | undefined;
}

/** envoy.config.core.v3.HeaderValueOption */
export interface HeaderValueOption {
  header: envoy_config_core_v3.HeaderValue;
  append_action?: envoy_config_core_v3.HeaderValueOption_HeaderAppendAction | undefined;
  keep_empty_value?: boolean | undefined;
}

/** envoy.config.core.v3.HealthCheck */
export type HealthCheck = {
  name?: string | undefined;
  timeout: Duration;
  interval: Duration;
  initial_jitter?: Duration | undefined;
  interval_jitter?: Duration | undefined;
  interval_jitter_percent?: number | undefined;
  unhealthy_threshold: number;
  healthy_threshold: number;
  alt_port?: number | undefined;
  reuse_connection?: boolean | undefined;
  no_traffic_interval?: Duration | undefined;
  no_traffic_healthy_interval?: Duration | undefined;
  unhealthy_interval?: Duration | undefined;
  unhealthy_edge_interval?: Duration | undefined;
  healthy_edge_interval?: Duration | undefined;
  event_logger?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
  event_service?: envoy_config_core_v3.EventServiceConfig | undefined;
  always_log_health_check_failures?: boolean | undefined;
  always_log_health_check_success?: boolean | undefined;
  tls_options?: envoy_config_core_v3.HealthCheck_TlsOptions | undefined;
  transport_socket_match_criteria?: JsonObject | undefined;
} & OneOf<{
  http_health_check: envoy_config_core_v3.HealthCheck_HttpHealthCheck;
  tcp_health_check: envoy_config_core_v3.HealthCheck_TcpHealthCheck;
  grpc_health_check: envoy_config_core_v3.HealthCheck_GrpcHealthCheck;
  custom_health_check: envoy_config_core_v3.HealthCheck_CustomHealthCheck;
}>;

/** envoy.config.core.v3.HealthCheck.CustomHealthCheck */
export type HealthCheck_CustomHealthCheck = {
  name: string;
} & AtMostOneOf<{
  typed_config: AnyResource;
}>;

/** envoy.config.core.v3.HealthCheck.GrpcHealthCheck */
export interface HealthCheck_GrpcHealthCheck {
  service_name?: string | undefined;
  authority?: string | undefined;
  initial_metadata?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
}

/** envoy.config.core.v3.HealthCheck.HttpHealthCheck */
export interface HealthCheck_HttpHealthCheck {
  host?: string | undefined;
  path: string;
  send?: envoy_config_core_v3.HealthCheck_Payload | undefined;
  receive?: readonly (envoy_config_core_v3.HealthCheck_Payload)[] | undefined;
  response_buffer_size?: Long | undefined;
  request_headers_to_add?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
  request_headers_to_remove?: readonly (string)[] | undefined;
  expected_statuses?: readonly (envoy_type_v3.Int64Range)[] | undefined;
  retriable_statuses?: readonly (envoy_type_v3.Int64Range)[] | undefined;
  codec_client_type?: envoy_type_v3.CodecClientType | undefined;
  use_alpn_protocol?: boolean | undefined;
  service_name_matcher?: envoy_type_matcher_v3.StringMatcher | undefined;
  method?: envoy_config_core_v3.RequestMethod | undefined;
}

/** envoy.config.core.v3.HealthCheck.Payload */
export type HealthCheck_Payload = OneOf<{
  text: string;
  binary: Bytes;
}>;

/** envoy.config.core.v3.HealthCheck.TcpHealthCheck */
export interface HealthCheck_TcpHealthCheck {
  send?: envoy_config_core_v3.HealthCheck_Payload | undefined;
  receive?: readonly (envoy_config_core_v3.HealthCheck_Payload)[] | undefined;
  proxy_protocol_config?: envoy_config_core_v3.ProxyProtocolConfig | undefined;
}

/** envoy.config.core.v3.HealthCheck.TlsOptions */
export interface HealthCheck_TlsOptions {
  alpn_protocols?: readonly (string)[] | undefined;
}

/** envoy.config.core.v3.HealthStatusSet */
export interface HealthStatusSet {
  statuses?: readonly (envoy_config_core_v3.HealthStatus)[] | undefined;
}

/** envoy.config.core.v3.Http1ProtocolOptions */
export interface Http1ProtocolOptions {
  allow_absolute_url?: boolean | undefined;
  accept_http_10?: boolean | undefined;
  default_host_for_http_10?: string | undefined;
  header_key_format?: envoy_config_core_v3.Http1ProtocolOptions_HeaderKeyFormat | undefined;
  enable_trailers?: boolean | undefined;
  allow_chunked_length?: boolean | undefined;
  override_stream_error_on_invalid_http_message?: boolean | undefined;
  send_fully_qualified_url?: boolean | undefined;
  allow_custom_methods?: boolean | undefined;
  ignore_http_11_upgrade?: readonly (envoy_type_matcher_v3.StringMatcher)[] | undefined;
}

/** envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat */
export type Http1ProtocolOptions_HeaderKeyFormat = OneOf<{
  proper_case_words: envoy_config_core_v3.Http1ProtocolOptions_HeaderKeyFormat_ProperCaseWords;
  stateful_formatter: envoy_config_core_v3.TypedExtensionConfig;
}>;

/** envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords */
export type Http1ProtocolOptions_HeaderKeyFormat_ProperCaseWords = NoFields;

/** envoy.config.core.v3.Http2ProtocolOptions */
export interface Http2ProtocolOptions {
  hpack_table_size?: number | undefined;
  max_concurrent_streams?: number | undefined;
  initial_stream_window_size?: number | undefined;
  initial_connection_window_size?: number | undefined;
  allow_connect?: boolean | undefined;
  allow_metadata?: boolean | undefined;
  max_outbound_frames?: number | undefined;
  max_outbound_control_frames?: number | undefined;
  max_consecutive_inbound_frames_with_empty_payload?: number | undefined;
  max_inbound_priority_frames_per_stream?: number | undefined;
  max_inbound_window_update_frames_per_data_frame_sent?: number | undefined;
  override_stream_error_on_invalid_http_message?: boolean | undefined;
  custom_settings_parameters?: readonly (envoy_config_core_v3.Http2ProtocolOptions_SettingsParameter)[] | undefined;
  connection_keepalive?: envoy_config_core_v3.KeepaliveSettings | undefined;
  use_oghttp2_codec?: boolean | undefined;
  max_metadata_size?: Long | undefined;
  enable_huffman_encoding?: boolean | undefined;
  max_header_field_size_kb?: number | undefined;
  disallow_obs_text?: boolean | undefined;
  stream_reset_burst?: Long | undefined;
  stream_reset_rate?: Long | undefined;
}

/** envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter */
export interface Http2ProtocolOptions_SettingsParameter {
  identifier: number;
  value: number;
}

/** envoy.config.core.v3.Http3ProtocolOptions */
export interface Http3ProtocolOptions {
  quic_protocol_options?: envoy_config_core_v3.QuicProtocolOptions | undefined;
  override_stream_error_on_invalid_http_message?: boolean | undefined;
  allow_extended_connect?: boolean | undefined;
  allow_metadata?: boolean | undefined;
  disable_qpack?: boolean | undefined;
  disable_connection_flow_control_for_streams?: boolean | undefined;
  disallow_obs_text?: boolean | undefined;
}

/** envoy.config.core.v3.HttpProtocolOptions */
export interface HttpProtocolOptions {
  idle_timeout?: Duration | undefined;
  max_connection_duration?: Duration | undefined;
  max_connection_duration_jitter?: envoy_type_v3.Percent | undefined;
  max_headers_count?: number | undefined;
  max_response_headers_kb?: number | undefined;
  max_stream_duration?: Duration | undefined;
  headers_with_underscores_action?: envoy_config_core_v3.HttpProtocolOptions_HeadersWithUnderscoresAction | undefined;
  max_requests_per_connection?: number | undefined;
}

/** envoy.config.core.v3.HttpUri */
export type HttpUri = {
  uri: string;
  timeout: Duration;
} & OneOf<{
  cluster: string;
}>;

/** envoy.config.core.v3.JsonFormatOptions */
export type JsonFormatOptions = NoFields;

/** envoy.config.core.v3.KeepaliveSettings */
export interface KeepaliveSettings {
  interval?: Duration | undefined;
  timeout: Duration;
  interval_jitter?: envoy_type_v3.Percent | undefined;
  connection_idle_interval?: Duration | undefined;
}

/** envoy.config.core.v3.KeyValueAppend */
export interface KeyValueAppend {
  record?: envoy_config_core_v3.KeyValuePair | undefined;
  action?: envoy_config_core_v3.KeyValueAppend_KeyValueAppendAction | undefined;
}

/** envoy.config.core.v3.KeyValueMutation */
export interface KeyValueMutation {
  append?: envoy_config_core_v3.KeyValueAppend | undefined;
  remove?: string | undefined;
}

/** envoy.config.core.v3.KeyValuePair */
export interface KeyValuePair {
  key: string;
  value?: JsonValue | undefined;
}

/** envoy.config.core.v3.Locality */
export interface Locality {
  region?: string | undefined;
  zone?: string | undefined;
  sub_zone?: string | undefined;
}

/** envoy.config.core.v3.Metadata */
export interface Metadata {
  filter_metadata?: { readonly [key: string]: JsonObject } | undefined;
  typed_filter_metadata?: { readonly [key: string]: AnyResource } | undefined;
}

/** envoy.config.core.v3.Node */
export type Node = {
  id?: string | undefined;
  cluster?: string | undefined;
  metadata?: JsonObject | undefined;
  dynamic_parameters?: { readonly [key: string]: xds_core_v3.ContextParams } | undefined;
  locality?: envoy_config_core_v3.Locality | undefined;
  user_agent_name?: string | undefined;
  extensions?: readonly (envoy_config_core_v3.Extension)[] | undefined;
  client_features?: readonly (string)[] | undefined;
} & AtMostOneOf<{
  user_agent_version: string;
  user_agent_build_version: envoy_config_core_v3.BuildVersion;
}>;

/** envoy.config.core.v3.PathConfigSource */
export interface PathConfigSource {
  path: string;
  watched_directory?: envoy_config_core_v3.WatchedDirectory | undefined;
  poll_interval?: Duration | undefined;
}

/** envoy.config.core.v3.Pipe */
export interface Pipe {
  path: string;
  mode?: number | undefined;
}

/** envoy.config.core.v3.ProxyProtocolConfig */
export interface ProxyProtocolConfig {
  version?: envoy_config_core_v3.ProxyProtocolConfig_Version | undefined;
  pass_through_tlvs?: envoy_config_core_v3.ProxyProtocolPassThroughTLVs | undefined;
  added_tlvs?: readonly (envoy_config_core_v3.TlvEntry)[] | undefined;
}

/** envoy.config.core.v3.ProxyProtocolPassThroughTLVs */
export interface ProxyProtocolPassThroughTLVs {
  match_type?: envoy_config_core_v3.ProxyProtocolPassThroughTLVs_PassTLVsMatchType | undefined;
  tlv_type?: readonly (number)[] | undefined;
}

/** envoy.config.core.v3.QuicKeepAliveSettings */
export interface QuicKeepAliveSettings {
  max_interval?: Duration | undefined;
  initial_interval?: Duration | undefined;
}

/** envoy.config.core.v3.QuicProtocolOptions */
export interface QuicProtocolOptions {
  max_concurrent_streams?: number | undefined;
  initial_stream_window_size?: number | undefined;
  initial_connection_window_size?: number | undefined;
  num_timeouts_to_trigger_port_migration?: number | undefined;
  connection_keepalive?: envoy_config_core_v3.QuicKeepAliveSettings | undefined;
  connection_options?: string | undefined;
  client_connection_options?: string | undefined;
  idle_network_timeout?: Duration | undefined;
  max_packet_length?: Long | undefined;
  client_packet_writer?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  connection_migration?: envoy_config_core_v3.QuicProtocolOptions_ConnectionMigrationSettings | undefined;
  memory_reduction_timeout?: Duration | undefined;
  enable_scone?: boolean | undefined;
}

/** envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings */
export interface QuicProtocolOptions_ConnectionMigrationSettings {
  migrate_idle_connections?: envoy_config_core_v3.QuicProtocolOptions_ConnectionMigrationSettings_MigrateIdleConnectionSettings | undefined;
  max_time_on_non_default_network?: Duration | undefined;
}

/** envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings */
export interface QuicProtocolOptions_ConnectionMigrationSettings_MigrateIdleConnectionSettings {
  max_idle_time_before_migration?: Duration | undefined;
}

/** envoy.config.core.v3.RateLimitSettings */
export interface RateLimitSettings {
  max_tokens?: number | undefined;
  fill_rate?: number | undefined;
}

/** envoy.config.core.v3.RemoteDataSource */
export interface RemoteDataSource {
  http_uri: envoy_config_core_v3.HttpUri;
  sha256: string;
  retry_policy?: envoy_config_core_v3.RetryPolicy | undefined;
}

/** envoy.config.core.v3.RetryPolicy */
export interface RetryPolicy {
  retry_back_off?: envoy_config_core_v3.BackoffStrategy | undefined;
  num_retries?: number | undefined;
  retry_on?: string | undefined;
  retry_priority?: envoy_config_core_v3.RetryPolicy_RetryPriority | undefined;
  retry_host_predicate?: readonly (envoy_config_core_v3.RetryPolicy_RetryHostPredicate)[] | undefined;
  host_selection_retry_max_attempts?: Long | undefined;
}

/** envoy.config.core.v3.RetryPolicy.RetryHostPredicate */
export type RetryPolicy_RetryHostPredicate = {
  name: string;
} & AtMostOneOf<{
  typed_config: AnyResource;
}>;

/** envoy.config.core.v3.RetryPolicy.RetryPriority */
export type RetryPolicy_RetryPriority = {
  name: string;
} & AtMostOneOf<{
  typed_config: AnyResource;
}>;

/** envoy.config.core.v3.RuntimeDouble */
export interface RuntimeDouble {
  default_value?: number | undefined;
  runtime_key?: string | undefined;
}

/** envoy.config.core.v3.RuntimeFeatureFlag */
export interface RuntimeFeatureFlag {
  default_value: boolean;
  runtime_key?: string | undefined;
}

/** envoy.config.core.v3.RuntimeFractionalPercent */
export interface RuntimeFractionalPercent {
  default_value: envoy_type_v3.FractionalPercent;
  runtime_key?: string | undefined;
}

/** envoy.config.core.v3.RuntimeUInt32 */
export interface RuntimeUInt32 {
  default_value?: number | undefined;
  runtime_key?: string | undefined;
}

/** envoy.config.core.v3.RuntimeUInt64 */
export interface RuntimeUInt64 {
  default_value?: Long | undefined;
  runtime_key?: string | undefined;
}

/** envoy.config.core.v3.SchemeHeaderTransformation */
export type SchemeHeaderTransformation = {
  match_upstream?: boolean | undefined;
} & AtMostOneOf<{
  scheme_to_overwrite: string;
}>;

/** envoy.config.core.v3.SelfConfigSource */
export interface SelfConfigSource {
  transport_api_version?: envoy_config_core_v3.ApiVersion | undefined;
}

/** envoy.config.core.v3.SocketAddress */
export type SocketAddress = {
  protocol?: envoy_config_core_v3.SocketAddress_Protocol | undefined;
  address: string;
  resolver_name?: string | undefined;
  ipv4_compat?: boolean | undefined;
  network_namespace_filepath?: string | undefined;
} & OneOf<{
  port_value: number;
  named_port: string;
}>;

/** envoy.config.core.v3.SocketCmsgHeaders */
export interface SocketCmsgHeaders {
  level?: number | undefined;
  type?: number | undefined;
  expected_size?: number | undefined;
}

/** envoy.config.core.v3.SocketOption */
export type SocketOption = {
  description?: string | undefined;
  level?: Long | undefined;
  name?: Long | undefined;
  state?: envoy_config_core_v3.SocketOption_SocketState | undefined;
  type?: envoy_config_core_v3.SocketOption_SocketType | undefined;
  ip_version?: envoy_config_core_v3.SocketOption_SocketIpVersion | undefined;
} & OneOf<{
  int_value: Long;
  buf_value: Bytes;
}>;

/** envoy.config.core.v3.SocketOption.SocketType */
export interface SocketOption_SocketType {
  stream?: envoy_config_core_v3.SocketOption_SocketType_Stream | undefined;
  datagram?: envoy_config_core_v3.SocketOption_SocketType_Datagram | undefined;
}

/** envoy.config.core.v3.SocketOption.SocketType.Datagram */
export type SocketOption_SocketType_Datagram = NoFields;

/** envoy.config.core.v3.SocketOption.SocketType.Stream */
export type SocketOption_SocketType_Stream = NoFields;

/** envoy.config.core.v3.SocketOptionsOverride */
export interface SocketOptionsOverride {
  socket_options?: readonly (envoy_config_core_v3.SocketOption)[] | undefined;
}

/** envoy.config.core.v3.SubstitutionFormatString */
export type SubstitutionFormatString = {
  omit_empty_values?: boolean | undefined;
  content_type?: string | undefined;
  formatters?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
  json_format_options?: envoy_config_core_v3.JsonFormatOptions | undefined;
} & OneOf<{
  json_format: JsonObject;
  text_format_source: envoy_config_core_v3.DataSource;
}>;

/** envoy.config.core.v3.TcpKeepalive */
export interface TcpKeepalive {
  keepalive_probes?: number | undefined;
  keepalive_time?: number | undefined;
  keepalive_interval?: number | undefined;
}

/** envoy.config.core.v3.TlvEntry */
export interface TlvEntry {
  type?: number | undefined;
  value?: Bytes | undefined;
  format_string?: envoy_config_core_v3.SubstitutionFormatString | undefined;
}

/** envoy.config.core.v3.TransportSocket */
export type TransportSocket = {
  name: string;
} & AtMostOneOf<{
  typed_config: AnyResource;
}>;

/** envoy.config.core.v3.TypedExtensionConfig */
export interface TypedExtensionConfig {
  name: string;
  typed_config: AnyResource;
}

/** envoy.config.core.v3.UdpSocketConfig */
export interface UdpSocketConfig {
  max_rx_datagram_size?: Long | undefined;
  prefer_gro?: boolean | undefined;
}

/** envoy.config.core.v3.UpstreamHttpProtocolOptions */
export interface UpstreamHttpProtocolOptions {
  auto_sni?: boolean | undefined;
  auto_san_validation?: boolean | undefined;
  override_auto_sni_header?: string | undefined;
}

/** envoy.config.core.v3.WatchedDirectory */
export interface WatchedDirectory {
  path: string;
  watch_modify?: boolean | undefined;
}
