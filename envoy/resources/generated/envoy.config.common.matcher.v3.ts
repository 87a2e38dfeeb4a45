// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Bytes, OneOf } from '../json.ts';
import type * as envoy_config_common_matcher_v3 from './envoy.config.common.matcher.v3.ts';
import type * as envoy_config_route_v3 from './envoy.config.route.v3.ts';

/** envoy.config.common.matcher.v3.HttpGenericBodyMatch */
export interface HttpGenericBodyMatch {
  bytes_limit?: number | undefined;
  patterns: readonly (envoy_config_common_matcher_v3.HttpGenericBodyMatch_GenericTextMatch)[];
}

/** envoy.config.common.matcher.v3.HttpGenericBodyMatch.GenericTextMatch */
export type HttpGenericBodyMatch_GenericTextMatch = OneOf<{
  string_match: string;
  binary_match: Bytes;
}>;

/** envoy.config.common.matcher.v3.HttpHeadersMatch */
export interface HttpHeadersMatch {
  headers?: readonly (envoy_config_route_v3.HeaderMatcher)[] | undefined;
}

/** envoy.config.common.matcher.v3.MatchPredicate */
export type MatchPredicate = OneOf<{
  or_match: envoy_config_common_matcher_v3.MatchPredicate_MatchSet;
  and_match: envoy_config_common_matcher_v3.MatchPredicate_MatchSet;
  not_match: envoy_config_common_matcher_v3.MatchPredicate;
  any_match: boolean;
  http_request_headers_match: envoy_config_common_matcher_v3.HttpHeadersMatch;
  http_request_trailers_match: envoy_config_common_matcher_v3.HttpHeadersMatch;
  http_response_headers_match: envoy_config_common_matcher_v3.HttpHeadersMatch;
  http_response_trailers_match: envoy_config_common_matcher_v3.HttpHeadersMatch;
  http_request_generic_body_match: envoy_config_common_matcher_v3.HttpGenericBodyMatch;
  http_response_generic_body_match: envoy_config_common_matcher_v3.HttpGenericBodyMatch;
}>;

/** envoy.config.common.matcher.v3.MatchPredicate.MatchSet */
export interface MatchPredicate_MatchSet {
  rules: readonly (envoy_config_common_matcher_v3.MatchPredicate)[];
}
