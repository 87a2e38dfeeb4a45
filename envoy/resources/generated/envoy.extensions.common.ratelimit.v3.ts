// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { NoFields } from '../json.ts';
import type * as envoy_extensions_common_ratelimit_v3 from './envoy.extensions.common.ratelimit.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';

/** envoy.extensions.common.ratelimit.v3.VhRateLimitsOptions */
export type VhRateLimitsOptions =
  | 'OVERRIDE'
  | 'INCLUDE'
  | 'IGNORE';

/** envoy.extensions.common.ratelimit.v3.XRateLimitHeadersRFCVersion */
export type XRateLimitHeadersRFCVersion =
  | 'OFF'
  | 'DRAFT_VERSION_03';

/** envoy.extensions.common.ratelimit.v3.LocalClusterRateLimit */
export type LocalClusterRateLimit = NoFields;

/** envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor */
export interface LocalRateLimitDescriptor {
  entries: readonly (envoy_extensions_common_ratelimit_v3.RateLimitDescriptor_Entry)[];
  token_bucket: envoy_type_v3.TokenBucket;
  shadow_mode?: boolean | undefined;
}

/** envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry */
export interface RateLimitDescriptor_Entry {
  key: string;
  value?: string | undefined;
}
