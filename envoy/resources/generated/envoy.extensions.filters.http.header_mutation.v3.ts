// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type * as envoy_config_common_mutation_rules_v3 from './envoy.config.common.mutation_rules.v3.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_extensions_filters_http_header_mutation_v3 from './envoy.extensions.filters.http.header_mutation.v3.ts';

/** envoy.extensions.filters.http.header_mutation.v3.HeaderMutation */
export interface HeaderMutation {
  mutations?: envoy_extensions_filters_http_header_mutation_v3.Mutations | undefined;
  most_specific_header_mutations_wins?: boolean | undefined;
}

/** envoy.extensions.filters.http.header_mutation.v3.Mutations */
export interface Mutations {
  request_mutations?: readonly (envoy_config_common_mutation_rules_v3.HeaderMutation)[] | undefined;
  query_parameter_mutations?: readonly (envoy_config_core_v3.KeyValueMutation)[] | undefined;
  response_mutations?: readonly (envoy_config_common_mutation_rules_v3.HeaderMutation)[] | undefined;
  response_trailers_mutations?: readonly (envoy_config_common_mutation_rules_v3.HeaderMutation)[] | undefined;
  request_trailers_mutations?: readonly (envoy_config_common_mutation_rules_v3.HeaderMutation)[] | undefined;
  formatters?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
}
