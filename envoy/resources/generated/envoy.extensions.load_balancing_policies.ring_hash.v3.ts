// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Long } from '../json.ts';
import type * as envoy_extensions_load_balancing_policies_common_v3 from './envoy.extensions.load_balancing_policies.common.v3.ts';
import type * as envoy_extensions_load_balancing_policies_ring_hash_v3 from './envoy.extensions.load_balancing_policies.ring_hash.v3.ts';

/** envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash.HashFunction */
export type RingHash_HashFunction =
  | 'DEFAULT_HASH'
  | 'XX_HASH'
  | 'MURMUR_HASH_2';

/** envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash */
export interface RingHash {
  hash_function?: envoy_extensions_load_balancing_policies_ring_hash_v3.RingHash_HashFunction | undefined;
  minimum_ring_size?: Long | undefined;
  maximum_ring_size?: Long | undefined;
  consistent_hashing_lb_config?: envoy_extensions_load_balancing_policies_common_v3.ConsistentHashingLbConfig | undefined;
  locality_weighted_lb_config?: envoy_extensions_load_balancing_policies_common_v3.LocalityLbConfig_LocalityWeightedLbConfig | undefined;
}
