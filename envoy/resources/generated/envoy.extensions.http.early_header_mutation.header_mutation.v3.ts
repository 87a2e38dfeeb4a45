// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type * as envoy_config_common_mutation_rules_v3 from './envoy.config.common.mutation_rules.v3.ts';

/** envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation */
export interface HeaderMutation {
  mutations: readonly (envoy_config_common_mutation_rules_v3.HeaderMutation)[];
}
