// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';

/** envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit */
export interface LocalRateLimit {
  stat_prefix: string;
  token_bucket: envoy_type_v3.TokenBucket;
  runtime_enabled?: envoy_config_core_v3.RuntimeFeatureFlag | undefined;
  share_key?: string | undefined;
}
