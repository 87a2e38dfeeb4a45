// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, Duration, OneOf } from '../json.ts';
import type { AnyResource } from './index.ts';
import type * as envoy_config_accesslog_v3 from './envoy.config.accesslog.v3.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_config_route_v3 from './envoy.config.route.v3.ts';
import type * as envoy_config_trace_v3 from './envoy.config.trace.v3.ts';
import type * as envoy_extensions_filters_network_http_connection_manager_v3 from './envoy.extensions.filters.network.http_connection_manager.v3.ts';
import type * as envoy_type_http_v3 from './envoy.type.http.v3.ts';
import type * as envoy_type_tracing_v3 from './envoy.type.tracing.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';
import type * as xds_type_matcher_v3 from './xds.type.matcher.v3.ts';

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.CodecType */
export type HttpConnectionManager_CodecType =
  | 'AUTO'
  | 'HTTP1'
  | 'HTTP2'
  | 'HTTP3';

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails */
export type HttpConnectionManager_ForwardClientCertDetails =
  | 'SANITIZE'
  | 'FORWARD_ONLY'
  | 'APPEND_FORWARD'
  | 'SANITIZE_SET'
  | 'ALWAYS_FORWARD_ONLY';

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertFormat */
export type HttpConnectionManager_ForwardClientCertFormat =
  | 'TEXT'
  | 'JSON';

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction */
export type HttpConnectionManager_PathWithEscapedSlashesAction =
  | 'IMPLEMENTATION_SPECIFIC_DEFAULT'
  | 'KEEP_UNCHANGED'
  | 'REJECT_REQUEST'
  | 'UNESCAPE_AND_REDIRECT'
  | 'UNESCAPE_AND_FORWARD';

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ServerHeaderTransformation */
export type HttpConnectionManager_ServerHeaderTransformation =
  | 'OVERWRITE'
  | 'APPEND_IF_ABSENT'
  | 'PASS_THROUGH';

/** envoy.extensions.filters.network.http_connection_manager.v3.ForwardProtoConfig */
export interface ForwardProtoConfig {
  https_destination_ports?: readonly (number)[] | undefined;
  http_destination_ports?: readonly (number)[] | undefined;
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager */
export type HttpConnectionManager = {
  codec_type?: envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_CodecType | undefined;
  stat_prefix: string;
  http_filters?: readonly (envoy_extensions_filters_network_http_connection_manager_v3.HttpFilter)[] | undefined;
  add_user_agent?: boolean | undefined;
  tracing?: envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_Tracing | undefined;
  common_http_protocol_options?: envoy_config_core_v3.HttpProtocolOptions | undefined;
  http1_safe_max_connection_duration?: boolean | undefined;
  http_protocol_options?: envoy_config_core_v3.Http1ProtocolOptions | undefined;
  http2_protocol_options?: envoy_config_core_v3.Http2ProtocolOptions | undefined;
  http3_protocol_options?: envoy_config_core_v3.Http3ProtocolOptions | undefined;
  server_name?: string | undefined;
  server_header_transformation?: envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_ServerHeaderTransformation | undefined;
  scheme_header_transformation?: envoy_config_core_v3.SchemeHeaderTransformation | undefined;
  max_request_headers_kb?: number | undefined;
  stream_idle_timeout?: Duration | undefined;
  stream_flush_timeout?: Duration | undefined;
  request_timeout?: Duration | undefined;
  request_headers_timeout?: Duration | undefined;
  drain_timeout?: Duration | undefined;
  drain_timeout_jitter?: envoy_type_v3.Percent | undefined;
  delayed_close_timeout?: Duration | undefined;
  access_log?: readonly (envoy_config_accesslog_v3.AccessLog)[] | undefined;
  access_log_options?: envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_HcmAccessLogOptions | undefined;
  use_remote_address?: boolean | undefined;
  xff_num_trusted_hops?: number | undefined;
  original_ip_detection_extensions?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
  early_header_mutation_extensions?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
  internal_address_config?: envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_InternalAddressConfig | undefined;
  skip_xff_append?: boolean | undefined;
  via?: string | undefined;
  generate_request_id?: boolean | undefined;
  preserve_external_request_id?: boolean | undefined;
  always_set_request_id_in_response?: boolean | undefined;
  forward_client_cert_details?: envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_ForwardClientCertDetails | undefined;
  set_current_client_cert_details?: envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_SetCurrentClientCertDetails | undefined;
  forward_client_cert_matcher?: xds_type_matcher_v3.Matcher | undefined;
  proxy_100_continue?: boolean | undefined;
  represent_ipv4_remote_address_as_ipv4_mapped_ipv6?: boolean | undefined;
  upgrade_configs?: readonly (envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_UpgradeConfig)[] | undefined;
  normalize_path?: boolean | undefined;
  merge_slashes?: boolean | undefined;
  path_with_escaped_slashes_action?: envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_PathWithEscapedSlashesAction | undefined;
  request_id_extension?: envoy_extensions_filters_network_http_connection_manager_v3.RequestIDExtension | undefined;
  local_reply_config?: envoy_extensions_filters_network_http_connection_manager_v3.LocalReplyConfig | undefined;
  strip_matching_host_port?: boolean | undefined;
  stream_error_on_invalid_http_message?: boolean | undefined;
  path_normalization_options?: envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_PathNormalizationOptions | undefined;
  strip_trailing_host_dot?: boolean | undefined;
  proxy_status_config?: envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_ProxyStatusConfig | undefined;
  typed_header_validation_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  append_x_forwarded_port?: boolean | undefined;
  append_local_overload?: boolean | undefined;
  add_proxy_protocol_connection_state?: boolean | undefined;
  forward_proto_config?: envoy_extensions_filters_network_http_connection_manager_v3.ForwardProtoConfig | undefined;
  record_route_resolution_stats?: boolean | undefined;
} & OneOf<{
  rds: envoy_extensions_filters_network_http_connection_manager_v3.Rds;
  route_config: envoy_config_route_v3.RouteConfiguration;
  scoped_routes: envoy_extensions_filters_network_http_connection_manager_v3.ScopedRoutes;
}> & AtMostOneOf<{
  strip_any_host_port: boolean;
}>;

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions */
export interface HttpConnectionManager_HcmAccessLogOptions {
  access_log_flush_interval?: Duration | undefined;
  flush_access_log_on_new_request?: boolean | undefined;
  flush_log_on_tunnel_successfully_established?: boolean | undefined;
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig */
export interface HttpConnectionManager_InternalAddressConfig {
  unix_sockets?: boolean | undefined;
  cidr_ranges?: readonly (envoy_config_core_v3.CidrRange)[] | undefined;
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathNormalizationOptions */
export interface HttpConnectionManager_PathNormalizationOptions {
  forwarding_transformation?: envoy_type_http_v3.PathTransformation | undefined;
  http_filter_transformation?: envoy_type_http_v3.PathTransformation | undefined;
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ProxyStatusConfig */
export type HttpConnectionManager_ProxyStatusConfig = {
  remove_details?: boolean | undefined;
  remove_connection_termination_details?: boolean | undefined;
  remove_response_flags?: boolean | undefined;
  set_recommended_response_code?: boolean | undefined;
} & AtMostOneOf<{
  use_node_id: boolean;
  literal_proxy_name: string;
}>;

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails */
export interface HttpConnectionManager_SetCurrentClientCertDetails {
  subject?: boolean | undefined;
  cert?: boolean | undefined;
  chain?: boolean | undefined;
  dns?: boolean | undefined;
  uri?: boolean | undefined;
  issuer?: boolean | undefined;
  format?: envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_ForwardClientCertFormat | undefined;
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing */
export interface HttpConnectionManager_Tracing {
  client_sampling?: envoy_type_v3.Percent | undefined;
  random_sampling?: envoy_type_v3.Percent | undefined;
  overall_sampling?: envoy_type_v3.Percent | undefined;
  verbose?: boolean | undefined;
  max_path_tag_length?: number | undefined;
  custom_tags?: readonly (envoy_type_tracing_v3.CustomTag)[] | undefined;
  provider?: envoy_config_trace_v3.Tracing_Http | undefined;
  spawn_upstream_span?: boolean | undefined;
  operation?: string | undefined;
  upstream_operation?: string | undefined;
  no_context_propagation?: boolean | undefined;
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig */
export interface HttpConnectionManager_UpgradeConfig {
  upgrade_type?: string | undefined;
  filters?: readonly (envoy_extensions_filters_network_http_connection_manager_v3.HttpFilter)[] | undefined;
  enabled?: boolean | undefined;
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter */
export type HttpFilter = {
  name: string;
  is_optional?: boolean | undefined;
  disabled?: boolean | undefined;
} & AtMostOneOf<{
  typed_config: AnyResource;
  config_discovery: envoy_config_core_v3.ExtensionConfigSource;
}>;

/** envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig */
export interface LocalReplyConfig {
  mappers?: readonly (envoy_extensions_filters_network_http_connection_manager_v3.ResponseMapper)[] | undefined;
  body_format?: envoy_config_core_v3.SubstitutionFormatString | undefined;
}

/** envoy.extensions.filters.network.http_connection_manager.v3.Rds */
export interface Rds {
  config_source?: envoy_config_core_v3.ConfigSource | undefined;
  route_config_name?: string | undefined;
}

/** envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension */
export interface RequestIDExtension {
  typed_config?: AnyResource | undefined;
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper */
export interface ResponseMapper {
  filter: envoy_config_accesslog_v3.AccessLogFilter;
  status_code?: number | undefined;
  body?: envoy_config_core_v3.DataSource | undefined;
  body_format_override?: envoy_config_core_v3.SubstitutionFormatString | undefined;
  headers_to_add?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRds */
export interface ScopedRds {
  scoped_rds_config_source: envoy_config_core_v3.ConfigSource;
  srds_resources_locator?: string | undefined;
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRouteConfigurationsList */
export interface ScopedRouteConfigurationsList {
  scoped_route_configurations: readonly (envoy_config_route_v3.ScopedRouteConfiguration)[];
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes */
export type ScopedRoutes = {
  name: string;
  scope_key_builder: envoy_extensions_filters_network_http_connection_manager_v3.ScopedRoutes_ScopeKeyBuilder;
  rds_config_source?: envoy_config_core_v3.ConfigSource | undefined;
} & OneOf<{
  scoped_route_configurations_list: envoy_extensions_filters_network_http_connection_manager_v3.ScopedRouteConfigurationsList;
  scoped_rds: envoy_extensions_filters_network_http_connection_manager_v3.ScopedRds;
}>;

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder */
export interface ScopedRoutes_ScopeKeyBuilder {
  fragments: readonly (envoy_extensions_filters_network_http_connection_manager_v3.ScopedRoutes_ScopeKeyBuilder_FragmentBuilder)[];
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder */
export type ScopedRoutes_ScopeKeyBuilder_FragmentBuilder = OneOf<{
  header_value_extractor: envoy_extensions_filters_network_http_connection_manager_v3.ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor;
}>;

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor */
export type ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor = {
  name: string;
  element_separator?: string | undefined;
} & AtMostOneOf<{
  index: number;
  element: envoy_extensions_filters_network_http_connection_manager_v3.ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor_KvElement;
}>;

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor.KvElement */
export interface ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor_KvElement {
  separator: string;
  key: string;
}
