// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type * as envoy_extensions_filters_common_set_filter_state_v3 from './envoy.extensions.filters.common.set_filter_state.v3.ts';

/** envoy.extensions.filters.network.set_filter_state.v3.Config */
export interface Config {
  on_new_connection?: readonly (envoy_extensions_filters_common_set_filter_state_v3.FilterStateValue)[] | undefined;
  on_downstream_tls_handshake?: readonly (envoy_extensions_filters_common_set_filter_state_v3.FilterStateValue)[] | undefined;
  on_downstream_data?: readonly (envoy_extensions_filters_common_set_filter_state_v3.FilterStateValue)[] | undefined;
}
