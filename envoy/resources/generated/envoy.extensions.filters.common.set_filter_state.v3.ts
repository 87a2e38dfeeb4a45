// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { OneOf } from '../json.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_extensions_filters_common_set_filter_state_v3 from './envoy.extensions.filters.common.set_filter_state.v3.ts';

/** envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue.SharedWithUpstream */
export type FilterStateValue_SharedWithUpstream =
  | 'NONE'
  | 'ONCE'
  | 'TRANSITIVE';

/** envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue */
export type FilterStateValue = {
  factory_key?: string | undefined;
  shared_with_upstream?: envoy_extensions_filters_common_set_filter_state_v3.FilterStateValue_SharedWithUpstream | undefined;
  skip_if_empty?: boolean | undefined;
} & OneOf<{
  object_key: string;
}> & OneOf<{
  format_string: envoy_config_core_v3.SubstitutionFormatString;
}>;
