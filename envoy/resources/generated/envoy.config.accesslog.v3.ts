// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, NoFields, OneOf } from '../json.ts';
import type { AnyResource } from './index.ts';
import type * as envoy_config_accesslog_v3 from './envoy.config.accesslog.v3.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_config_route_v3 from './envoy.config.route.v3.ts';
import type * as envoy_data_accesslog_v3 from './envoy.data.accesslog.v3.ts';
import type * as envoy_type_matcher_v3 from './envoy.type.matcher.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';

/** envoy.config.accesslog.v3.ComparisonFilter.Op */
export type ComparisonFilter_Op =
  | 'EQ'
  | 'GE'
  | 'LE'
  | 'NE';

/** envoy.config.accesslog.v3.GrpcStatusFilter.Status */
export type GrpcStatusFilter_Status =
  | 'OK'
  | 'CANCELED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED';

/** envoy.config.accesslog.v3.AccessLog */
export type AccessLog = {
  name?: string | undefined;
  filter?: envoy_config_accesslog_v3.AccessLogFilter | undefined;
} & AtMostOneOf<{
  typed_config: AnyResource;
}>;

/** envoy.config.accesslog.v3.AccessLogFilter */
export type AccessLogFilter = OneOf<{
  status_code_filter: envoy_config_accesslog_v3.StatusCodeFilter;
  duration_filter: envoy_config_accesslog_v3.DurationFilter;
  not_health_check_filter: envoy_config_accesslog_v3.NotHealthCheckFilter;
  traceable_filter: envoy_config_accesslog_v3.TraceableFilter;
  runtime_filter: envoy_config_accesslog_v3.RuntimeFilter;
  and_filter: envoy_config_accesslog_v3.AndFilter;
  or_filter: envoy_config_accesslog_v3.OrFilter;
  header_filter: envoy_config_accesslog_v3.HeaderFilter;
  response_flag_filter: envoy_config_accesslog_v3.ResponseFlagFilter;
  grpc_status_filter: envoy_config_accesslog_v3.GrpcStatusFilter;
  extension_filter: envoy_config_accesslog_v3.ExtensionFilter;
  metadata_filter: envoy_config_accesslog_v3.MetadataFilter;
  log_type_filter: envoy_config_accesslog_v3.LogTypeFilter;
}>;

/** envoy.config.accesslog.v3.AndFilter */
export interface AndFilter {
  filters: readonly (envoy_config_accesslog_v3.AccessLogFilter)[];
}

/** envoy.config.accesslog.v3.ComparisonFilter */
export interface ComparisonFilter {
  op?: envoy_config_accesslog_v3.ComparisonFilter_Op | undefined;
  value: envoy_config_core_v3.RuntimeUInt32;
}

/** envoy.config.accesslog.v3.DurationFilter */
export interface DurationFilter {
  comparison: envoy_config_accesslog_v3.ComparisonFilter;
}

/** envoy.config.accesslog.v3.ExtensionFilter */
export type ExtensionFilter = {
  name?: string | undefined;
} & AtMostOneOf<{
  typed_config: AnyResource;
}>;

/** envoy.config.accesslog.v3.GrpcStatusFilter */
export interface GrpcStatusFilter {
  statuses?: readonly (envoy_config_accesslog_v3.GrpcStatusFilter_Status)[] | undefined;
  exclude?: boolean | undefined;
}

/** envoy.config.accesslog.v3.HeaderFilter */
export interface HeaderFilter {
  header: envoy_config_route_v3.HeaderMatcher;
}

/** envoy.config.accesslog.v3.LogTypeFilter */
export interface LogTypeFilter {
  types?: readonly (envoy_data_accesslog_v3.AccessLogType)[] | undefined;
  exclude?: boolean | undefined;
}

/** envoy.config.accesslog.v3.MetadataFilter */
export interface MetadataFilter {
  matcher?: envoy_type_matcher_v3.MetadataMatcher | undefined;
  match_if_key_not_found?: boolean | undefined;
}

/** envoy.config.accesslog.v3.NotHealthCheckFilter */
export type NotHealthCheckFilter = NoFields;

/** envoy.config.accesslog.v3.OrFilter */
export interface OrFilter {
  filters: readonly (envoy_config_accesslog_v3.AccessLogFilter)[];
}

/** envoy.config.accesslog.v3.ResponseFlagFilter */
export interface ResponseFlagFilter {
  flags?: readonly (string)[] | undefined;
}

/** envoy.config.accesslog.v3.RuntimeFilter */
export interface RuntimeFilter {
  runtime_key: string;
  percent_sampled?: envoy_type_v3.FractionalPercent | undefined;
  use_independent_randomness?: boolean | undefined;
}

/** envoy.config.accesslog.v3.StatusCodeFilter */
export interface StatusCodeFilter {
  comparison: envoy_config_accesslog_v3.ComparisonFilter;
}

/** envoy.config.accesslog.v3.TraceableFilter */
export type TraceableFilter = NoFields;
