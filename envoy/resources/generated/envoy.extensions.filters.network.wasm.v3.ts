// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type * as envoy_extensions_wasm_v3 from './envoy.extensions.wasm.v3.ts';

/** envoy.extensions.filters.network.wasm.v3.Wasm */
export interface Wasm {
  config?: envoy_extensions_wasm_v3.PluginConfig | undefined;
}
