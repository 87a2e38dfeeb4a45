// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_extensions_load_balancing_policies_common_v3 from './envoy.extensions.load_balancing_policies.common.v3.ts';
import type * as envoy_extensions_load_balancing_policies_least_request_v3 from './envoy.extensions.load_balancing_policies.least_request.v3.ts';

/** envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest.SelectionMethod */
export type LeastRequest_SelectionMethod =
  | 'N_CHOICES'
  | 'FULL_SCAN';

/** envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest */
export interface LeastRequest {
  choice_count?: number | undefined;
  active_request_bias?: envoy_config_core_v3.RuntimeDouble | undefined;
  slow_start_config?: envoy_extensions_load_balancing_policies_common_v3.SlowStartConfig | undefined;
  locality_lb_config?: envoy_extensions_load_balancing_policies_common_v3.LocalityLbConfig | undefined;
  selection_method?: envoy_extensions_load_balancing_policies_least_request_v3.LeastRequest_SelectionMethod | undefined;
}
