// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, Duration, OneOf } from '../json.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_config_route_v3 from './envoy.config.route.v3.ts';
import type * as envoy_extensions_filters_http_jwt_authn_v3 from './envoy.extensions.filters.http.jwt_authn.v3.ts';
import type * as envoy_type_matcher_v3 from './envoy.type.matcher.v3.ts';
import type * as google_protobuf from './google.protobuf.ts';

/** envoy.extensions.filters.http.jwt_authn.v3.ExtractOnlyWithoutValidation */
export interface ExtractOnlyWithoutValidation {
  verification_status_header?: string | undefined;
}

/** envoy.extensions.filters.http.jwt_authn.v3.FilterStateRule */
export interface FilterStateRule {
  name: string;
  requires?: { readonly [key: string]: envoy_extensions_filters_http_jwt_authn_v3.JwtRequirement } | undefined;
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch */
export interface JwksAsyncFetch {
  fast_listener?: boolean | undefined;
  failed_refetch_duration?: Duration | undefined;
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication */
export interface JwtAuthentication {
  providers?: { readonly [key: string]: envoy_extensions_filters_http_jwt_authn_v3.JwtProvider } | undefined;
  rules?: readonly (envoy_extensions_filters_http_jwt_authn_v3.RequirementRule)[] | undefined;
  filter_state_rules?: envoy_extensions_filters_http_jwt_authn_v3.FilterStateRule | undefined;
  bypass_cors_preflight?: boolean | undefined;
  requirement_map?: { readonly [key: string]: envoy_extensions_filters_http_jwt_authn_v3.JwtRequirement } | undefined;
  strip_failure_response?: boolean | undefined;
  stat_prefix?: string | undefined;
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtCacheConfig */
export interface JwtCacheConfig {
  jwt_cache_size?: number | undefined;
  jwt_max_token_size?: number | undefined;
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader */
export interface JwtClaimToHeader {
  header_name: string;
  claim_name?: string | undefined;
  claim_path?: readonly (envoy_extensions_filters_http_jwt_authn_v3.JwtClaimToHeader_PathSegment)[] | undefined;
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader.PathSegment */
export interface JwtClaimToHeader_PathSegment {
  key: string;
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtHeader */
export interface JwtHeader {
  name: string;
  value_prefix?: string | undefined;
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtProvider */
export type JwtProvider = {
  issuer?: string | undefined;
  audiences?: readonly (string)[] | undefined;
  subjects?: envoy_type_matcher_v3.StringMatcher | undefined;
  require_expiration?: boolean | undefined;
  max_lifetime?: Duration | undefined;
  forward?: boolean | undefined;
  from_headers?: readonly (envoy_extensions_filters_http_jwt_authn_v3.JwtHeader)[] | undefined;
  from_params?: readonly (string)[] | undefined;
  from_cookies?: readonly (string)[] | undefined;
  forward_payload_header?: string | undefined;
  pad_forward_payload_header?: boolean | undefined;
  payload_in_metadata?: string | undefined;
  normalize_payload_in_metadata?: envoy_extensions_filters_http_jwt_authn_v3.JwtProvider_NormalizePayload | undefined;
  header_in_metadata?: string | undefined;
  failed_status_in_metadata?: string | undefined;
  clock_skew_seconds?: number | undefined;
  jwt_cache_config?: envoy_extensions_filters_http_jwt_authn_v3.JwtCacheConfig | undefined;
  claim_to_headers?: readonly (envoy_extensions_filters_http_jwt_authn_v3.JwtClaimToHeader)[] | undefined;
  clear_route_cache?: boolean | undefined;
} & OneOf<{
  remote_jwks: envoy_extensions_filters_http_jwt_authn_v3.RemoteJwks;
  local_jwks: envoy_config_core_v3.DataSource;
}>;

/** envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.NormalizePayload */
export interface JwtProvider_NormalizePayload {
  space_delimited_claims?: readonly (string)[] | undefined;
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement */
export type JwtRequirement = AtMostOneOf<{
  provider_name: string;
  provider_and_audiences: envoy_extensions_filters_http_jwt_authn_v3.ProviderWithAudiences;
  requires_any: envoy_extensions_filters_http_jwt_authn_v3.JwtRequirementOrList;
  requires_all: envoy_extensions_filters_http_jwt_authn_v3.JwtRequirementAndList;
  allow_missing_or_failed: google_protobuf.Empty;
  allow_missing: google_protobuf.Empty;
  extract_only_without_validation: envoy_extensions_filters_http_jwt_authn_v3.ExtractOnlyWithoutValidation;
}>;

/** envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList */
export interface JwtRequirementAndList {
  requirements: readonly (envoy_extensions_filters_http_jwt_authn_v3.JwtRequirement)[];
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList */
export interface JwtRequirementOrList {
  requirements: readonly (envoy_extensions_filters_http_jwt_authn_v3.JwtRequirement)[];
}

/** envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences */
export interface ProviderWithAudiences {
  provider_name?: string | undefined;
  audiences?: readonly (string)[] | undefined;
}

/** envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks */
export interface RemoteJwks {
  http_uri: envoy_config_core_v3.HttpUri;
  cache_duration?: Duration | undefined;
  async_fetch?: envoy_extensions_filters_http_jwt_authn_v3.JwksAsyncFetch | undefined;
  retry_policy?: envoy_config_core_v3.RetryPolicy | undefined;
}

/** envoy.extensions.filters.http.jwt_authn.v3.RequirementRule */
export type RequirementRule = {
  match: envoy_config_route_v3.RouteMatch;
} & AtMostOneOf<{
  requires: envoy_extensions_filters_http_jwt_authn_v3.JwtRequirement;
  requirement_name: string;
}>;
