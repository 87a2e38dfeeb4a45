// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Duration, Long, NoFields, OneOf } from '../json.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_config_route_v3 from './envoy.config.route.v3.ts';
import type * as envoy_extensions_load_balancing_policies_common_v3 from './envoy.extensions.load_balancing_policies.common.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.LocalityBasis */
export type LocalityLbConfig_ZoneAwareLbConfig_LocalityBasis =
  | 'HEALTHY_HOSTS_NUM'
  | 'HEALTHY_HOSTS_WEIGHT';

/** envoy.extensions.load_balancing_policies.common.v3.ConsistentHashingLbConfig */
export interface ConsistentHashingLbConfig {
  use_hostname_for_hashing?: boolean | undefined;
  hash_balance_factor?: number | undefined;
  hash_policy?: readonly (envoy_config_route_v3.RouteAction_HashPolicy)[] | undefined;
}

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig */
export type LocalityLbConfig = OneOf<{
  zone_aware_lb_config: envoy_extensions_load_balancing_policies_common_v3.LocalityLbConfig_ZoneAwareLbConfig;
  locality_weighted_lb_config: envoy_extensions_load_balancing_policies_common_v3.LocalityLbConfig_LocalityWeightedLbConfig;
}>;

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.LocalityWeightedLbConfig */
export type LocalityLbConfig_LocalityWeightedLbConfig = NoFields;

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig */
export interface LocalityLbConfig_ZoneAwareLbConfig {
  routing_enabled?: envoy_type_v3.Percent | undefined;
  min_cluster_size?: Long | undefined;
  fail_traffic_on_panic?: boolean | undefined;
  force_local_zone?: envoy_extensions_load_balancing_policies_common_v3.LocalityLbConfig_ZoneAwareLbConfig_ForceLocalZone | undefined;
  locality_basis?: envoy_extensions_load_balancing_policies_common_v3.LocalityLbConfig_ZoneAwareLbConfig_LocalityBasis | undefined;
}

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone */
export interface LocalityLbConfig_ZoneAwareLbConfig_ForceLocalZone {
  min_size?: number | undefined;
}

/** envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig */
export interface SlowStartConfig {
  slow_start_window?: Duration | undefined;
  aggression?: envoy_config_core_v3.RuntimeDouble | undefined;
  min_weight_percent?: envoy_type_v3.Percent | undefined;
}
