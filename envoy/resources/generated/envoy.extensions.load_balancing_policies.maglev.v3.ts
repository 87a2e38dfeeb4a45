// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Long } from '../json.ts';
import type * as envoy_extensions_load_balancing_policies_common_v3 from './envoy.extensions.load_balancing_policies.common.v3.ts';

/** envoy.extensions.load_balancing_policies.maglev.v3.Maglev */
export interface Maglev {
  table_size?: Long | undefined;
  consistent_hashing_lb_config?: envoy_extensions_load_balancing_policies_common_v3.ConsistentHashingLbConfig | undefined;
  locality_weighted_lb_config?: envoy_extensions_load_balancing_policies_common_v3.LocalityLbConfig_LocalityWeightedLbConfig | undefined;
}
