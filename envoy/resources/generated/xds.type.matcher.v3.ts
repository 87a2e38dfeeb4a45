// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, NoFields, OneOf } from '../json.ts';
import type * as xds_core_v3 from './xds.core.v3.ts';
import type * as xds_type_matcher_v3 from './xds.type.matcher.v3.ts';

/** xds.type.matcher.v3.Matcher */
export type Matcher = {
  on_no_match?: xds_type_matcher_v3.Matcher_OnMatch | undefined;
} & AtMostOneOf<{
  matcher_list: xds_type_matcher_v3.Matcher_MatcherList;
  matcher_tree: xds_type_matcher_v3.Matcher_MatcherTree;
}>;

/** xds.type.matcher.v3.Matcher.MatcherList */
export interface Matcher_MatcherList {
  matchers: readonly (xds_type_matcher_v3.Matcher_MatcherList_FieldMatcher)[];
}

/** xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher */
export interface Matcher_MatcherList_FieldMatcher {
  predicate: xds_type_matcher_v3.Matcher_MatcherList_Predicate;
  on_match: xds_type_matcher_v3.Matcher_OnMatch;
}

/** xds.type.matcher.v3.Matcher.MatcherList.Predicate */
export type Matcher_MatcherList_Predicate = OneOf<{
  single_predicate: xds_type_matcher_v3.Matcher_MatcherList_Predicate_SinglePredicate;
  or_matcher: xds_type_matcher_v3.Matcher_MatcherList_Predicate_PredicateList;
  and_matcher: xds_type_matcher_v3.Matcher_MatcherList_Predicate_PredicateList;
  not_matcher: xds_type_matcher_v3.Matcher_MatcherList_Predicate;
}>;

/** xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList */
export interface Matcher_MatcherList_Predicate_PredicateList {
  predicate: readonly (xds_type_matcher_v3.Matcher_MatcherList_Predicate)[];
}

/** xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate */
export type Matcher_MatcherList_Predicate_SinglePredicate = {
  input: xds_core_v3.TypedExtensionConfig;
} & OneOf<{
  value_match: xds_type_matcher_v3.StringMatcher;
  custom_match: xds_core_v3.TypedExtensionConfig;
}>;

/** xds.type.matcher.v3.Matcher.MatcherTree */
export type Matcher_MatcherTree = {
  input: xds_core_v3.TypedExtensionConfig;
} & OneOf<{
  exact_match_map: xds_type_matcher_v3.Matcher_MatcherTree_MatchMap;
  prefix_match_map: xds_type_matcher_v3.Matcher_MatcherTree_MatchMap;
  custom_match: xds_core_v3.TypedExtensionConfig;
}>;

/** xds.type.matcher.v3.Matcher.MatcherTree.MatchMap */
export interface Matcher_MatcherTree_MatchMap {
  map: { readonly [key: string]: xds_type_matcher_v3.Matcher_OnMatch };
}

/** xds.type.matcher.v3.Matcher.OnMatch */
export type Matcher_OnMatch = {
  keep_matching?: boolean | undefined;
} & OneOf<{
  matcher: xds_type_matcher_v3.Matcher;
  action: xds_core_v3.TypedExtensionConfig;
}>;

/** xds.type.matcher.v3.RegexMatcher */
export type RegexMatcher = {
  regex: string;
} & OneOf<{
  google_re2: xds_type_matcher_v3.RegexMatcher_GoogleRE2;
}>;

/** xds.type.matcher.v3.RegexMatcher.GoogleRE2 */
export type RegexMatcher_GoogleRE2 = NoFields;

/** xds.type.matcher.v3.StringMatcher */
export type StringMatcher = {
  ignore_case?: boolean | undefined;
} & OneOf<{
  exact: string;
  prefix: string;
  suffix: string;
  safe_regex: xds_type_matcher_v3.RegexMatcher;
  contains: string;
  custom: xds_core_v3.TypedExtensionConfig;
}>;
