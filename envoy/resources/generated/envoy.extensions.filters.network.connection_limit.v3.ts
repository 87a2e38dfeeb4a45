// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Duration, Long } from '../json.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';

/** envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit */
export interface ConnectionLimit {
  stat_prefix: string;
  max_connections?: Long | undefined;
  delay?: Duration | undefined;
  runtime_enabled?: envoy_config_core_v3.RuntimeFeatureFlag | undefined;
}
