// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { OneOf } from '../json.ts';
import type * as envoy_config_common_mutation_rules_v3 from './envoy.config.common.mutation_rules.v3.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_type_matcher_v3 from './envoy.type.matcher.v3.ts';

/** envoy.config.common.mutation_rules.v3.HeaderMutation */
export type HeaderMutation = OneOf<{
  remove: string;
  append: envoy_config_core_v3.HeaderValueOption;
  remove_on_match: envoy_config_common_mutation_rules_v3.HeaderMutation_RemoveOnMatch;
}>;

/** envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch */
export interface HeaderMutation_RemoveOnMatch {
  key_matcher: envoy_type_matcher_v3.StringMatcher;
}
