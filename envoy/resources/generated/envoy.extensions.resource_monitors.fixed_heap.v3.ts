// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Long } from '../json.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';

/** envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig */
export interface FixedHeapConfig {
  max_heap_size_bytes?: Long | undefined;
  max_heap_size_bytes_runtime?: envoy_config_core_v3.RuntimeUInt64 | undefined;
}
