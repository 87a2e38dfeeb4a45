// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, NoFields } from '../json.ts';
import type { AnyResource } from './index.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_extensions_wasm_v3 from './envoy.extensions.wasm.v3.ts';

/** envoy.extensions.wasm.v3.FailurePolicy */
export type FailurePolicy =
  | 'UNSPECIFIED'
  | 'FAIL_RELOAD'
  | 'FAIL_CLOSED'
  | 'FAIL_OPEN';

/** envoy.extensions.wasm.v3.CapabilityRestrictionConfig */
export interface CapabilityRestrictionConfig {
  allowed_capabilities?: { readonly [key: string]: envoy_extensions_wasm_v3.SanitizationConfig } | undefined;
}

/** envoy.extensions.wasm.v3.EnvironmentVariables */
export interface EnvironmentVariables {
  host_env_keys?: readonly (string)[] | undefined;
  key_values?: { readonly [key: string]: string } | undefined;
}

/** envoy.extensions.wasm.v3.PluginConfig */
export type PluginConfig = {
  name?: string | undefined;
  root_id?: string | undefined;
  configuration?: AnyResource | undefined;
  failure_policy?: envoy_extensions_wasm_v3.FailurePolicy | undefined;
  reload_config?: envoy_extensions_wasm_v3.ReloadConfig | undefined;
  allow_on_headers_stop_iteration?: boolean | undefined;
} & AtMostOneOf<{
  vm_config: envoy_extensions_wasm_v3.VmConfig;
}>;

/** envoy.extensions.wasm.v3.ReloadConfig */
export interface ReloadConfig {
  backoff?: envoy_config_core_v3.BackoffStrategy | undefined;
}

/** envoy.extensions.wasm.v3.SanitizationConfig */
export type SanitizationConfig = NoFields;

/** envoy.extensions.wasm.v3.VmConfig */
export interface VmConfig {
  vm_id?: string | undefined;
  runtime?: string | undefined;
  code?: envoy_config_core_v3.AsyncDataSource | undefined;
  configuration?: AnyResource | undefined;
  allow_precompiled?: boolean | undefined;
  nack_on_code_cache_miss?: boolean | undefined;
  environment_variables?: envoy_extensions_wasm_v3.EnvironmentVariables | undefined;
  capability_restriction_config?: envoy_extensions_wasm_v3.CapabilityRestrictionConfig | undefined;
}
