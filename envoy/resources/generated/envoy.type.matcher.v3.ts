// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { NoFields, OneOf } from '../json.ts';
import type * as envoy_type_matcher_v3 from './envoy.type.matcher.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';
import type * as xds_core_v3 from './xds.core.v3.ts';

/** envoy.type.matcher.v3.AddressMatcher */
export interface AddressMatcher {
  ranges?: readonly (xds_core_v3.CidrRange)[] | undefined;
  invert_match?: boolean | undefined;
}

/** envoy.type.matcher.v3.DoubleMatcher */
export type DoubleMatcher = OneOf<{
  range: envoy_type_v3.DoubleRange;
  exact: number;
}>;

/** envoy.type.matcher.v3.FilterStateMatcher */
export type FilterStateMatcher = {
  key: string;
} & OneOf<{
  string_match: envoy_type_matcher_v3.StringMatcher;
  address_match: envoy_type_matcher_v3.AddressMatcher;
}>;

/** envoy.type.matcher.v3.ListMatcher */
export type ListMatcher = OneOf<{
  one_of: envoy_type_matcher_v3.ValueMatcher;
}>;

/** envoy.type.matcher.v3.ListStringMatcher */
export interface ListStringMatcher {
  patterns: readonly (envoy_type_matcher_v3.StringMatcher)[];
}

/** envoy.type.matcher.v3.MetadataMatcher */
export interface MetadataMatcher {
  filter: string;
  path: readonly (envoy_type_matcher_v3.MetadataMatcher_PathSegment)[];
  value: envoy_type_matcher_v3.ValueMatcher;
  invert?: boolean | undefined;
}

/** envoy.type.matcher.v3.MetadataMatcher.PathSegment */
export type MetadataMatcher_PathSegment = OneOf<{
  key: string;
}>;

/** envoy.type.matcher.v3.OrMatcher */
export interface OrMatcher {
  value_matchers: readonly (envoy_type_matcher_v3.ValueMatcher)[];
}

/** envoy.type.matcher.v3.RegexMatchAndSubstitute */
export interface RegexMatchAndSubstitute {
  pattern: envoy_type_matcher_v3.RegexMatcher;
  substitution?: string | undefined;
}

/** envoy.type.matcher.v3.RegexMatcher */
export interface RegexMatcher {
  regex: string;
}

/** envoy.type.matcher.v3.StringMatcher */
export type StringMatcher = {
  ignore_case?: boolean | undefined;
} & OneOf<{
  exact: string;
  prefix: string;
  suffix: string;
  safe_regex: envoy_type_matcher_v3.RegexMatcher;
  contains: string;
  custom: xds_core_v3.TypedExtensionConfig;
}>;

/** envoy.type.matcher.v3.ValueMatcher */
export type ValueMatcher = OneOf<{
  null_match: envoy_type_matcher_v3.ValueMatcher_NullMatch;
  double_match: envoy_type_matcher_v3.DoubleMatcher;
  string_match: envoy_type_matcher_v3.StringMatcher;
  bool_match: boolean;
  present_match: boolean;
  list_match: envoy_type_matcher_v3.ListMatcher;
  or_match: envoy_type_matcher_v3.OrMatcher;
}>;

/** envoy.type.matcher.v3.ValueMatcher.NullMatch */
export type ValueMatcher_NullMatch = NoFields;
