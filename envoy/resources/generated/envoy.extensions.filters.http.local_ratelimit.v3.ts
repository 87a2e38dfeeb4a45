// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_config_route_v3 from './envoy.config.route.v3.ts';
import type * as envoy_extensions_common_ratelimit_v3 from './envoy.extensions.common.ratelimit.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';

/** envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit */
export interface LocalRateLimit {
  stat_prefix: string;
  status?: envoy_type_v3.HttpStatus | undefined;
  token_bucket?: envoy_type_v3.TokenBucket | undefined;
  filter_enabled?: envoy_config_core_v3.RuntimeFractionalPercent | undefined;
  filter_enforced?: envoy_config_core_v3.RuntimeFractionalPercent | undefined;
  request_headers_to_add_when_not_enforced?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
  response_headers_to_add?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
  descriptors?: readonly (envoy_extensions_common_ratelimit_v3.LocalRateLimitDescriptor)[] | undefined;
  stage?: number | undefined;
  local_rate_limit_per_downstream_connection?: boolean | undefined;
  local_cluster_rate_limit?: envoy_extensions_common_ratelimit_v3.LocalClusterRateLimit | undefined;
  enable_x_ratelimit_headers?: envoy_extensions_common_ratelimit_v3.XRateLimitHeadersRFCVersion | undefined;
  vh_rate_limits?: envoy_extensions_common_ratelimit_v3.VhRateLimitsOptions | undefined;
  always_consume_default_token_bucket?: boolean | undefined;
  rate_limited_as_resource_exhausted?: boolean | undefined;
  rate_limits?: readonly (envoy_config_route_v3.RateLimit)[] | undefined;
  max_dynamic_descriptors?: number | undefined;
  enable_retry_after_header?: boolean | undefined;
}
