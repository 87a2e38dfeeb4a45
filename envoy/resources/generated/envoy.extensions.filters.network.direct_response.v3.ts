// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';

/** envoy.extensions.filters.network.direct_response.v3.Config */
export interface Config {
  response?: envoy_config_core_v3.DataSource | undefined;
}
