// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, Duration, Long, NoFields, OneOf } from '../json.ts';
import type { AnyResource } from './index.ts';
import type * as envoy_config_common_mutation_rules_v3 from './envoy.config.common.mutation_rules.v3.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_config_route_v3 from './envoy.config.route.v3.ts';
import type * as envoy_type_matcher_v3 from './envoy.type.matcher.v3.ts';
import type * as envoy_type_metadata_v3 from './envoy.type.metadata.v3.ts';
import type * as envoy_type_tracing_v3 from './envoy.type.tracing.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';
import type * as xds_type_matcher_v3 from './xds.type.matcher.v3.ts';

/** envoy.config.route.v3.RateLimit.Action.MetaData.Source */
export type RateLimit_Action_MetaData_Source =
  | 'DYNAMIC'
  | 'ROUTE_ENTRY'
  | 'CLUSTER_ENTRY'
  | 'CLUSTER_LOCALITY_ENTRY';

/** envoy.config.route.v3.RateLimit.XRateLimitOption */
export type RateLimit_XRateLimitOption =
  | 'UNSPECIFIED'
  | 'OFF'
  | 'DRAFT_VERSION_03';

/** envoy.config.route.v3.RedirectAction.RedirectResponseCode */
export type RedirectAction_RedirectResponseCode =
  | 'MOVED_PERMANENTLY'
  | 'FOUND'
  | 'SEE_OTHER'
  | 'TEMPORARY_REDIRECT'
  | 'PERMANENT_REDIRECT';

/** envoy.config.route.v3.RetryPolicy.ResetHeaderFormat */
export type RetryPolicy_ResetHeaderFormat =
  | 'SECONDS'
  | 'UNIX_TIMESTAMP';

/** envoy.config.route.v3.RouteAction.ClusterNotFoundResponseCode */
export type RouteAction_ClusterNotFoundResponseCode =
  | 'SERVICE_UNAVAILABLE'
  | 'NOT_FOUND'
  | 'INTERNAL_SERVER_ERROR';

/** envoy.config.route.v3.VirtualHost.TlsRequirementType */
export type VirtualHost_TlsRequirementType =
  | 'NONE'
  | 'EXTERNAL_ONLY'
  | 'ALL';

/** envoy.config.route.v3.ClusterSpecifierPlugin */
export interface ClusterSpecifierPlugin {
  extension: envoy_config_core_v3.TypedExtensionConfig;
  is_optional?: boolean | undefined;
}

/** envoy.config.route.v3.CookieMatcher */
export interface CookieMatcher {
  name: string;
  string_match: envoy_type_matcher_v3.StringMatcher;
  invert_match?: boolean | undefined;
}

/** envoy.config.route.v3.Decorator */
export interface Decorator {
  operation: string;
  propagate?: boolean | undefined;
}

/** envoy.config.route.v3.DirectResponseAction */
export interface DirectResponseAction {
  status: number;
  body?: envoy_config_core_v3.DataSource | undefined;
  body_format?: envoy_config_core_v3.SubstitutionFormatString | undefined;
}

/** envoy.config.route.v3.FilterAction */
export interface FilterAction {
  action?: AnyResource | undefined;
}

/** envoy.config.route.v3.HeaderMatcher */
export type HeaderMatcher = {
  name: string;
  invert_match?: boolean | undefined;
  treat_missing_header_as_empty?: boolean | undefined;
} & AtMostOneOf<{
  range_match: envoy_type_v3.Int64Range;
  present_match: boolean;
  string_match: envoy_type_matcher_v3.StringMatcher;
}>;

/** envoy.config.route.v3.HedgePolicy */
export interface HedgePolicy {
  initial_requests?: number | undefined;
  additional_request_chance?: envoy_type_v3.FractionalPercent | undefined;
  hedge_on_per_try_timeout?: boolean | undefined;
}

/** envoy.config.route.v3.InternalRedirectPolicy */
export interface InternalRedirectPolicy {
  max_internal_redirects?: number | undefined;
  redirect_response_codes?: readonly (number)[] | undefined;
  predicates?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
  allow_cross_scheme_redirect?: boolean | undefined;
  response_headers_to_copy?: readonly (string)[] | undefined;
}

/** envoy.config.route.v3.NonForwardingAction */
export type NonForwardingAction = NoFields;

/** envoy.config.route.v3.QueryParameterMatcher */
export type QueryParameterMatcher = {
  name: string;
} & AtMostOneOf<{
  string_match: envoy_type_matcher_v3.StringMatcher;
  present_match: boolean;
}>;

/** envoy.config.route.v3.RateLimit */
export interface RateLimit {
  stage?: number | undefined;
  disable_key?: string | undefined;
  actions: readonly (envoy_config_route_v3.RateLimit_Action)[];
  limit?: envoy_config_route_v3.RateLimit_Override | undefined;
  hits_addend?: envoy_config_route_v3.RateLimit_HitsAddend | undefined;
  apply_on_stream_done?: boolean | undefined;
  x_ratelimit_option?: envoy_config_route_v3.RateLimit_XRateLimitOption | undefined;
}

/** envoy.config.route.v3.RateLimit.Action */
export type RateLimit_Action = OneOf<{
  source_cluster: envoy_config_route_v3.RateLimit_Action_SourceCluster;
  destination_cluster: envoy_config_route_v3.RateLimit_Action_DestinationCluster;
  request_headers: envoy_config_route_v3.RateLimit_Action_RequestHeaders;
  query_parameters: envoy_config_route_v3.RateLimit_Action_QueryParameters;
  remote_address: envoy_config_route_v3.RateLimit_Action_RemoteAddress;
  generic_key: envoy_config_route_v3.RateLimit_Action_GenericKey;
  header_value_match: envoy_config_route_v3.RateLimit_Action_HeaderValueMatch;
  metadata: envoy_config_route_v3.RateLimit_Action_MetaData;
  extension: envoy_config_core_v3.TypedExtensionConfig;
  masked_remote_address: envoy_config_route_v3.RateLimit_Action_MaskedRemoteAddress;
  query_parameter_value_match: envoy_config_route_v3.RateLimit_Action_QueryParameterValueMatch;
  remote_address_match: envoy_config_route_v3.RateLimit_Action_RemoteAddressMatch;
}>;

/** envoy.config.route.v3.RateLimit.Action.DestinationCluster */
export type RateLimit_Action_DestinationCluster = NoFields;

/** envoy.config.route.v3.RateLimit.Action.GenericKey */
export interface RateLimit_Action_GenericKey {
  descriptor_value: string;
  default_value?: string | undefined;
  descriptor_key?: string | undefined;
}

/** envoy.config.route.v3.RateLimit.Action.HeaderValueMatch */
export interface RateLimit_Action_HeaderValueMatch {
  descriptor_value: string;
  default_value?: string | undefined;
  descriptor_key?: string | undefined;
  expect_match?: boolean | undefined;
  headers: readonly (envoy_config_route_v3.HeaderMatcher)[];
}

/** envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress */
export interface RateLimit_Action_MaskedRemoteAddress {
  v4_prefix_mask_len?: number | undefined;
  v6_prefix_mask_len?: number | undefined;
}

/** envoy.config.route.v3.RateLimit.Action.MetaData */
export interface RateLimit_Action_MetaData {
  descriptor_key: string;
  metadata_key: envoy_type_metadata_v3.MetadataKey;
  default_value?: string | undefined;
  source?: envoy_config_route_v3.RateLimit_Action_MetaData_Source | undefined;
  skip_if_absent?: boolean | undefined;
}

/** envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch */
export interface RateLimit_Action_QueryParameterValueMatch {
  descriptor_value: string;
  default_value?: string | undefined;
  descriptor_key?: string | undefined;
  expect_match?: boolean | undefined;
  query_parameters: readonly (envoy_config_route_v3.QueryParameterMatcher)[];
}

/** envoy.config.route.v3.RateLimit.Action.QueryParameters */
export interface RateLimit_Action_QueryParameters {
  query_parameter_name: string;
  descriptor_key: string;
  skip_if_absent?: boolean | undefined;
}

/** envoy.config.route.v3.RateLimit.Action.RemoteAddress */
export type RateLimit_Action_RemoteAddress = NoFields;

/** envoy.config.route.v3.RateLimit.Action.RemoteAddressMatch */
export interface RateLimit_Action_RemoteAddressMatch {
  descriptor_value: string;
  descriptor_key?: string | undefined;
  default_value?: string | undefined;
  address_matcher: envoy_type_matcher_v3.AddressMatcher;
}

/** envoy.config.route.v3.RateLimit.Action.RequestHeaders */
export interface RateLimit_Action_RequestHeaders {
  header_name: string;
  descriptor_key: string;
  skip_if_absent?: boolean | undefined;
}

/** envoy.config.route.v3.RateLimit.Action.SourceCluster */
export type RateLimit_Action_SourceCluster = NoFields;

/** envoy.config.route.v3.RateLimit.HitsAddend */
export interface RateLimit_HitsAddend {
  number?: Long | undefined;
  format?: string | undefined;
  is_negative_hits?: boolean | undefined;
}

/** envoy.config.route.v3.RateLimit.Override */
export type RateLimit_Override = OneOf<{
  dynamic_metadata: envoy_config_route_v3.RateLimit_Override_DynamicMetadata;
  rate_limit: envoy_config_route_v3.RateLimit_Override_RateLimitOverride;
}>;

/** envoy.config.route.v3.RateLimit.Override.DynamicMetadata */
export interface RateLimit_Override_DynamicMetadata {
  metadata_key: envoy_type_metadata_v3.MetadataKey;
}

/** envoy.config.route.v3.RateLimit.Override.RateLimitOverride */
export interface RateLimit_Override_RateLimitOverride {
  requests_per_unit?: number | undefined;
  unit?: envoy_type_v3.RateLimitUnit | undefined;
}

/** envoy.config.route.v3.RedirectAction */
export type RedirectAction = {
  host_redirect?: string | undefined;
  port_redirect?: number | undefined;
  response_code?: envoy_config_route_v3.RedirectAction_RedirectResponseCode | undefined;
  strip_query?: boolean | undefined;
} & AtMostOneOf<{
  https_redirect: boolean;
  scheme_redirect: string;
}> & AtMostOneOf<{
  path_redirect: string;
  prefix_rewrite: string;
  regex_rewrite: envoy_type_matcher_v3.RegexMatchAndSubstitute;
  path_rewrite: string;
}>;

/** envoy.config.route.v3.RetryPolicy */
export interface RetryPolicy {
  retry_on?: string | undefined;
  num_retries?: number | undefined;
  per_try_timeout?: Duration | undefined;
  per_try_idle_timeout?: Duration | undefined;
  retry_priority?: envoy_config_route_v3.RetryPolicy_RetryPriority | undefined;
  retry_host_predicate?: readonly (envoy_config_route_v3.RetryPolicy_RetryHostPredicate)[] | undefined;
  retry_options_predicates?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
  host_selection_retry_max_attempts?: Long | undefined;
  retriable_status_codes?: readonly (number)[] | undefined;
  retry_back_off?: envoy_config_route_v3.RetryPolicy_RetryBackOff | undefined;
  rate_limited_retry_back_off?: envoy_config_route_v3.RetryPolicy_RateLimitedRetryBackOff | undefined;
  retriable_headers?: readonly (envoy_config_route_v3.HeaderMatcher)[] | undefined;
  retriable_request_headers?: readonly (envoy_config_route_v3.HeaderMatcher)[] | undefined;
  refresh_cluster_on_retry?: boolean | undefined;
}

/** envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff */
export interface RetryPolicy_RateLimitedRetryBackOff {
  reset_headers: readonly (envoy_config_route_v3.RetryPolicy_ResetHeader)[];
  max_interval?: Duration | undefined;
}

/** envoy.config.route.v3.RetryPolicy.ResetHeader */
export interface RetryPolicy_ResetHeader {
  name: string;
  format?: envoy_config_route_v3.RetryPolicy_ResetHeaderFormat | undefined;
}

/** envoy.config.route.v3.RetryPolicy.RetryBackOff */
export interface RetryPolicy_RetryBackOff {
  base_interval: Duration;
  max_interval?: Duration | undefined;
}

/** envoy.config.route.v3.RetryPolicy.RetryHostPredicate */
export type RetryPolicy_RetryHostPredicate = {
  name: string;
} & AtMostOneOf<{
  typed_config: AnyResource;
}>;

/** envoy.config.route.v3.RetryPolicy.RetryPriority */
export type RetryPolicy_RetryPriority = {
  name: string;
} & AtMostOneOf<{
  typed_config: AnyResource;
}>;

/** envoy.config.route.v3.Route */
export type Route = {
  name?: string | undefined;
  match: envoy_config_route_v3.RouteMatch;
  metadata?: envoy_config_core_v3.Metadata | undefined;
  decorator?: envoy_config_route_v3.Decorator | undefined;
  typed_per_filter_config?: { readonly [key: string]: AnyResource } | undefined;
  request_headers_to_add?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
  request_headers_to_remove?: readonly (string)[] | undefined;
  response_headers_to_add?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
  response_headers_to_remove?: readonly (string)[] | undefined;
  tracing?: envoy_config_route_v3.Tracing | undefined;
  stat_prefix?: string | undefined;
  request_body_buffer_limit?: Long | undefined;
  route_specifiers?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
} & OneOf<{
  route: envoy_config_route_v3.RouteAction;
  redirect: envoy_config_route_v3.RedirectAction;
  direct_response: envoy_config_route_v3.DirectResponseAction;
  filter_action: envoy_config_route_v3.FilterAction;
  non_forwarding_action: envoy_config_route_v3.NonForwardingAction;
}>;

/** envoy.config.route.v3.RouteAction */
export type RouteAction = {
  cluster_not_found_response_code?: envoy_config_route_v3.RouteAction_ClusterNotFoundResponseCode | undefined;
  metadata_match?: envoy_config_core_v3.Metadata | undefined;
  prefix_rewrite?: string | undefined;
  regex_rewrite?: envoy_type_matcher_v3.RegexMatchAndSubstitute | undefined;
  path_rewrite_policy?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  path_rewrite?: string | undefined;
  append_x_forwarded_host?: boolean | undefined;
  timeout?: Duration | undefined;
  idle_timeout?: Duration | undefined;
  flush_timeout?: Duration | undefined;
  early_data_policy?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  retry_policy?: envoy_config_route_v3.RetryPolicy | undefined;
  retry_policy_typed_config?: AnyResource | undefined;
  request_mirror_policies?: readonly (envoy_config_route_v3.RouteAction_RequestMirrorPolicy)[] | undefined;
  priority?: envoy_config_core_v3.RoutingPriority | undefined;
  rate_limits?: readonly (envoy_config_route_v3.RateLimit)[] | undefined;
  hash_policy?: readonly (envoy_config_route_v3.RouteAction_HashPolicy)[] | undefined;
  upgrade_configs?: readonly (envoy_config_route_v3.RouteAction_UpgradeConfig)[] | undefined;
  internal_redirect_policy?: envoy_config_route_v3.InternalRedirectPolicy | undefined;
  hedge_policy?: envoy_config_route_v3.HedgePolicy | undefined;
  max_stream_duration?: envoy_config_route_v3.RouteAction_MaxStreamDuration | undefined;
} & OneOf<{
  cluster: string;
  cluster_header: string;
  weighted_clusters: envoy_config_route_v3.WeightedCluster;
  cluster_specifier_plugin: string;
  inline_cluster_specifier_plugin: envoy_config_route_v3.ClusterSpecifierPlugin;
}> & AtMostOneOf<{
  host_rewrite_literal: string;
  auto_host_rewrite: boolean;
  host_rewrite_header: string;
  host_rewrite_path_regex: envoy_type_matcher_v3.RegexMatchAndSubstitute;
  host_rewrite: string;
}>;

/** envoy.config.route.v3.RouteAction.HashPolicy */
export type RouteAction_HashPolicy = {
  terminal?: boolean | undefined;
} & OneOf<{
  header: envoy_config_route_v3.RouteAction_HashPolicy_Header;
  cookie: envoy_config_route_v3.RouteAction_HashPolicy_Cookie;
  connection_properties: envoy_config_route_v3.RouteAction_HashPolicy_ConnectionProperties;
  query_parameter: envoy_config_route_v3.RouteAction_HashPolicy_QueryParameter;
  filter_state: envoy_config_route_v3.RouteAction_HashPolicy_FilterState;
}>;

/** envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties */
export interface RouteAction_HashPolicy_ConnectionProperties {
  source_ip?: boolean | undefined;
}

/** envoy.config.route.v3.RouteAction.HashPolicy.Cookie */
export interface RouteAction_HashPolicy_Cookie {
  name: string;
  ttl?: Duration | undefined;
  path?: string | undefined;
  attributes?: readonly (envoy_config_route_v3.RouteAction_HashPolicy_CookieAttribute)[] | undefined;
}

/** envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute */
export interface RouteAction_HashPolicy_CookieAttribute {
  name: string;
  value?: string | undefined;
}

/** envoy.config.route.v3.RouteAction.HashPolicy.FilterState */
export interface RouteAction_HashPolicy_FilterState {
  key: string;
}

/** envoy.config.route.v3.RouteAction.HashPolicy.Header */
export interface RouteAction_HashPolicy_Header {
  header_name: string;
  regex_rewrite?: envoy_type_matcher_v3.RegexMatchAndSubstitute | undefined;
}

/** envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter */
export interface RouteAction_HashPolicy_QueryParameter {
  name: string;
}

/** envoy.config.route.v3.RouteAction.MaxStreamDuration */
export interface RouteAction_MaxStreamDuration {
  max_stream_duration?: Duration | undefined;
  grpc_timeout_header_max?: Duration | undefined;
  grpc_timeout_header_offset?: Duration | undefined;
}

/** envoy.config.route.v3.RouteAction.RequestMirrorPolicy */
export interface RouteAction_RequestMirrorPolicy {
  cluster?: string | undefined;
  cluster_header?: string | undefined;
  runtime_fraction?: envoy_config_core_v3.RuntimeFractionalPercent | undefined;
  trace_sampled?: boolean | undefined;
  disable_shadow_host_suffix_append?: boolean | undefined;
  request_headers_mutations?: readonly (envoy_config_common_mutation_rules_v3.HeaderMutation)[] | undefined;
  host_rewrite_literal?: string | undefined;
}

/** envoy.config.route.v3.RouteAction.UpgradeConfig */
export interface RouteAction_UpgradeConfig {
  upgrade_type: string;
  enabled?: boolean | undefined;
  connect_config?: envoy_config_route_v3.RouteAction_UpgradeConfig_ConnectConfig | undefined;
}

/** envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig */
export interface RouteAction_UpgradeConfig_ConnectConfig {
  proxy_protocol_config?: envoy_config_core_v3.ProxyProtocolConfig | undefined;
  allow_post?: boolean | undefined;
}

/** envoy.config.route.v3.RouteConfiguration */
export interface RouteConfiguration {
  name?: string | undefined;
  virtual_hosts?: readonly (envoy_config_route_v3.VirtualHost)[] | undefined;
  vhds?: envoy_config_route_v3.Vhds | undefined;
  internal_only_headers?: readonly (string)[] | undefined;
  response_headers_to_add?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
  response_headers_to_remove?: readonly (string)[] | undefined;
  request_headers_to_add?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
  request_headers_to_remove?: readonly (string)[] | undefined;
  most_specific_header_mutations_wins?: boolean | undefined;
  validate_clusters?: boolean | undefined;
  max_direct_response_body_size_bytes?: number | undefined;
  cluster_specifier_plugins?: readonly (envoy_config_route_v3.ClusterSpecifierPlugin)[] | undefined;
  request_mirror_policies?: readonly (envoy_config_route_v3.RouteAction_RequestMirrorPolicy)[] | undefined;
  ignore_port_in_host_matching?: boolean | undefined;
  vhost_header?: string | undefined;
  ignore_path_parameters_in_path_matching?: boolean | undefined;
  typed_per_filter_config?: { readonly [key: string]: AnyResource } | undefined;
  metadata?: envoy_config_core_v3.Metadata | undefined;
  route_specifiers?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
}

/** envoy.config.route.v3.RouteMatch */
export type RouteMatch = {
  case_sensitive?: boolean | undefined;
  runtime_fraction?: envoy_config_core_v3.RuntimeFractionalPercent | undefined;
  headers?: readonly (envoy_config_route_v3.HeaderMatcher)[] | undefined;
  query_parameters?: readonly (envoy_config_route_v3.QueryParameterMatcher)[] | undefined;
  cookies?: readonly (envoy_config_route_v3.CookieMatcher)[] | undefined;
  grpc?: envoy_config_route_v3.RouteMatch_GrpcRouteMatchOptions | undefined;
  tls_context?: envoy_config_route_v3.RouteMatch_TlsContextMatchOptions | undefined;
  dynamic_metadata?: readonly (envoy_type_matcher_v3.MetadataMatcher)[] | undefined;
  filter_state?: readonly (envoy_type_matcher_v3.FilterStateMatcher)[] | undefined;
} & OneOf<{
  prefix: string;
  path: string;
  safe_regex: envoy_type_matcher_v3.RegexMatcher;
  connect_matcher: envoy_config_route_v3.RouteMatch_ConnectMatcher;
  path_separated_prefix: string;
  path_match_policy: envoy_config_core_v3.TypedExtensionConfig;
}>;

/** envoy.config.route.v3.RouteMatch.ConnectMatcher */
export type RouteMatch_ConnectMatcher = NoFields;

/** envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions */
export type RouteMatch_GrpcRouteMatchOptions = NoFields;

/** envoy.config.route.v3.RouteMatch.TlsContextMatchOptions */
export interface RouteMatch_TlsContextMatchOptions {
  presented?: boolean | undefined;
  validated?: boolean | undefined;
}

/** envoy.config.route.v3.ScopedRouteConfiguration */
export interface ScopedRouteConfiguration {
  on_demand?: boolean | undefined;
  name: string;
  route_configuration_name?: string | undefined;
  route_configuration?: envoy_config_route_v3.RouteConfiguration | undefined;
  key: envoy_config_route_v3.ScopedRouteConfiguration_Key;
}

/** envoy.config.route.v3.ScopedRouteConfiguration.Key */
export interface ScopedRouteConfiguration_Key {
  fragments: readonly (envoy_config_route_v3.ScopedRouteConfiguration_Key_Fragment)[];
}

/** envoy.config.route.v3.ScopedRouteConfiguration.Key.Fragment */
export type ScopedRouteConfiguration_Key_Fragment = OneOf<{
  string_key: string;
}>;

/** envoy.config.route.v3.Tracing */
export interface Tracing {
  client_sampling?: envoy_type_v3.FractionalPercent | undefined;
  random_sampling?: envoy_type_v3.FractionalPercent | undefined;
  overall_sampling?: envoy_type_v3.FractionalPercent | undefined;
  custom_tags?: readonly (envoy_type_tracing_v3.CustomTag)[] | undefined;
  operation?: string | undefined;
  upstream_operation?: string | undefined;
}

/** envoy.config.route.v3.Vhds */
export interface Vhds {
  config_source: envoy_config_core_v3.ConfigSource;
}

/** envoy.config.route.v3.VirtualCluster */
export interface VirtualCluster {
  headers?: readonly (envoy_config_route_v3.HeaderMatcher)[] | undefined;
  name: string;
}

/** envoy.config.route.v3.VirtualHost */
export interface VirtualHost {
  name: string;
  domains: readonly (string)[];
  routes?: readonly (envoy_config_route_v3.Route)[] | undefined;
  matcher?: xds_type_matcher_v3.Matcher | undefined;
  require_tls?: envoy_config_route_v3.VirtualHost_TlsRequirementType | undefined;
  virtual_clusters?: readonly (envoy_config_route_v3.VirtualCluster)[] | undefined;
  rate_limits?: readonly (envoy_config_route_v3.RateLimit)[] | undefined;
  request_headers_to_add?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
  request_headers_to_remove?: readonly (string)[] | undefined;
  response_headers_to_add?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
  response_headers_to_remove?: readonly (string)[] | undefined;
  typed_per_filter_config?: { readonly [key: string]: AnyResource } | undefined;
  include_request_attempt_count?: boolean | undefined;
  include_attempt_count_in_response?: boolean | undefined;
  retry_policy?: envoy_config_route_v3.RetryPolicy | undefined;
  retry_policy_typed_config?: AnyResource | undefined;
  hedge_policy?: envoy_config_route_v3.HedgePolicy | undefined;
  include_is_timeout_retry_header?: boolean | undefined;
  request_body_buffer_limit?: Long | undefined;
  request_mirror_policies?: readonly (envoy_config_route_v3.RouteAction_RequestMirrorPolicy)[] | undefined;
  metadata?: envoy_config_core_v3.Metadata | undefined;
  route_specifiers?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
}

/** envoy.config.route.v3.WeightedCluster */
export type WeightedCluster = {
  clusters: readonly (envoy_config_route_v3.WeightedCluster_ClusterWeight)[];
  runtime_key_prefix?: string | undefined;
} & AtMostOneOf<{
  header_name: string;
  use_hash_policy: boolean;
}>;

/** envoy.config.route.v3.WeightedCluster.ClusterWeight */
export type WeightedCluster_ClusterWeight = {
  name?: string | undefined;
  cluster_header?: string | undefined;
  weight?: number | undefined;
  metadata_match?: envoy_config_core_v3.Metadata | undefined;
  request_headers_to_add?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
  request_headers_to_remove?: readonly (string)[] | undefined;
  response_headers_to_add?: readonly (envoy_config_core_v3.HeaderValueOption)[] | undefined;
  response_headers_to_remove?: readonly (string)[] | undefined;
  typed_per_filter_config?: { readonly [key: string]: AnyResource } | undefined;
} & AtMostOneOf<{
  host_rewrite_literal: string;
}>;
