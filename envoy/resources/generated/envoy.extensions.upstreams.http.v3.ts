// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { OneOf } from '../json.ts';
import type * as envoy_config_common_matcher_v3 from './envoy.config.common.matcher.v3.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_config_route_v3 from './envoy.config.route.v3.ts';
import type * as envoy_extensions_filters_network_http_connection_manager_v3 from './envoy.extensions.filters.network.http_connection_manager.v3.ts';
import type * as envoy_extensions_upstreams_http_v3 from './envoy.extensions.upstreams.http.v3.ts';

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions */
export type HttpProtocolOptions = {
  common_http_protocol_options?: envoy_config_core_v3.HttpProtocolOptions | undefined;
  upstream_http_protocol_options?: envoy_config_core_v3.UpstreamHttpProtocolOptions | undefined;
  http_filters?: readonly (envoy_extensions_filters_network_http_connection_manager_v3.HttpFilter)[] | undefined;
  header_validation_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  outlier_detection?: envoy_extensions_upstreams_http_v3.HttpProtocolOptions_OutlierDetection | undefined;
  request_mirror_policies?: readonly (envoy_config_route_v3.RouteAction_RequestMirrorPolicy)[] | undefined;
  hash_policy?: readonly (envoy_config_route_v3.RouteAction_HashPolicy)[] | undefined;
  retry_policy?: envoy_config_route_v3.RetryPolicy | undefined;
} & OneOf<{
  explicit_http_config: envoy_extensions_upstreams_http_v3.HttpProtocolOptions_ExplicitHttpConfig;
  use_downstream_protocol_config: envoy_extensions_upstreams_http_v3.HttpProtocolOptions_UseDownstreamHttpConfig;
  auto_config: envoy_extensions_upstreams_http_v3.HttpProtocolOptions_AutoHttpConfig;
}>;

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig */
export interface HttpProtocolOptions_AutoHttpConfig {
  http_protocol_options?: envoy_config_core_v3.Http1ProtocolOptions | undefined;
  http2_protocol_options?: envoy_config_core_v3.Http2ProtocolOptions | undefined;
  http3_protocol_options?: envoy_config_core_v3.Http3ProtocolOptions | undefined;
  alternate_protocols_cache_options?: envoy_config_core_v3.AlternateProtocolsCacheOptions | undefined;
}

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig */
export type HttpProtocolOptions_ExplicitHttpConfig = OneOf<{
  http_protocol_options: envoy_config_core_v3.Http1ProtocolOptions;
  http2_protocol_options: envoy_config_core_v3.Http2ProtocolOptions;
  http3_protocol_options: envoy_config_core_v3.Http3ProtocolOptions;
}>;

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection */
export interface HttpProtocolOptions_OutlierDetection {
  error_matcher: envoy_config_common_matcher_v3.MatchPredicate;
}

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig */
export interface HttpProtocolOptions_UseDownstreamHttpConfig {
  http_protocol_options?: envoy_config_core_v3.Http1ProtocolOptions | undefined;
  http2_protocol_options?: envoy_config_core_v3.Http2ProtocolOptions | undefined;
  http3_protocol_options?: envoy_config_core_v3.Http3ProtocolOptions | undefined;
}
