// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, OneOf } from '../json.ts';
import type { AnyResource } from './index.ts';
import type * as envoy_config_metrics_v3 from './envoy.config.metrics.v3.ts';
import type * as envoy_type_matcher_v3 from './envoy.type.matcher.v3.ts';

/** envoy.config.metrics.v3.HistogramBucketSettings */
export interface HistogramBucketSettings {
  match: envoy_type_matcher_v3.StringMatcher;
  buckets?: readonly (number)[] | undefined;
  bins?: number | undefined;
}

/** envoy.config.metrics.v3.StatsConfig */
export interface StatsConfig {
  stats_tags?: readonly (envoy_config_metrics_v3.TagSpecifier)[] | undefined;
  use_all_default_tags?: boolean | undefined;
  stats_matcher?: envoy_config_metrics_v3.StatsMatcher | undefined;
  histogram_bucket_settings?: readonly (envoy_config_metrics_v3.HistogramBucketSettings)[] | undefined;
  allow_default_tag_overrides?: boolean | undefined;
}

/** envoy.config.metrics.v3.StatsMatcher */
export type StatsMatcher = OneOf<{
  reject_all: boolean;
  exclusion_list: envoy_type_matcher_v3.ListStringMatcher;
  inclusion_list: envoy_type_matcher_v3.ListStringMatcher;
}>;

/** envoy.config.metrics.v3.StatsSink */
export type StatsSink = {
  name?: string | undefined;
} & AtMostOneOf<{
  typed_config: AnyResource;
}>;

/** envoy.config.metrics.v3.TagSpecifier */
export type TagSpecifier = {
  tag_name?: string | undefined;
} & AtMostOneOf<{
  regex: string;
  fixed_value: string;
}>;
