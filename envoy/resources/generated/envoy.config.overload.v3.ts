// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, Duration, OneOf } from '../json.ts';
import type { AnyResource } from './index.ts';
import type * as envoy_config_overload_v3 from './envoy.config.overload.v3.ts';

/** envoy.config.overload.v3.BufferFactoryConfig */
export interface BufferFactoryConfig {
  minimum_account_to_track_power_of_two: number;
}

/** envoy.config.overload.v3.LoadShedPoint */
export interface LoadShedPoint {
  name: string;
  triggers: readonly (envoy_config_overload_v3.Trigger)[];
}

/** envoy.config.overload.v3.OverloadAction */
export interface OverloadAction {
  name: string;
  triggers: readonly (envoy_config_overload_v3.Trigger)[];
  typed_config?: AnyResource | undefined;
}

/** envoy.config.overload.v3.OverloadManager */
export interface OverloadManager {
  refresh_interval?: Duration | undefined;
  resource_monitors: readonly (envoy_config_overload_v3.ResourceMonitor)[];
  actions?: readonly (envoy_config_overload_v3.OverloadAction)[] | undefined;
  loadshed_points?: readonly (envoy_config_overload_v3.LoadShedPoint)[] | undefined;
  buffer_factory_config?: envoy_config_overload_v3.BufferFactoryConfig | undefined;
}

/** envoy.config.overload.v3.ResourceMonitor */
export type ResourceMonitor = {
  name: string;
} & AtMostOneOf<{
  typed_config: AnyResource;
}>;

/** envoy.config.overload.v3.ScaledTrigger */
export interface ScaledTrigger {
  scaling_threshold?: number | undefined;
  saturation_threshold?: number | undefined;
}

/** envoy.config.overload.v3.ThresholdTrigger */
export interface ThresholdTrigger {
  value?: number | undefined;
}

/** envoy.config.overload.v3.Trigger */
export type Trigger = {
  name: string;
} & OneOf<{
  threshold: envoy_config_overload_v3.ThresholdTrigger;
  scaled: envoy_config_overload_v3.ScaledTrigger;
}>;
