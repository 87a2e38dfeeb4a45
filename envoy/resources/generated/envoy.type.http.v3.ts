// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { NoFields, OneOf } from '../json.ts';
import type * as envoy_type_http_v3 from './envoy.type.http.v3.ts';

/** envoy.type.http.v3.PathTransformation */
export interface PathTransformation {
  operations?: readonly (envoy_type_http_v3.PathTransformation_Operation)[] | undefined;
}

/** envoy.type.http.v3.PathTransformation.Operation */
export type PathTransformation_Operation = OneOf<{
  normalize_path_rfc_3986: envoy_type_http_v3.PathTransformation_Operation_NormalizePathRFC3986;
  merge_slashes: envoy_type_http_v3.PathTransformation_Operation_MergeSlashes;
}>;

/** envoy.type.http.v3.PathTransformation.Operation.MergeSlashes */
export type PathTransformation_Operation_MergeSlashes = NoFields;

/** envoy.type.http.v3.PathTransformation.Operation.NormalizePathRFC3986 */
export type PathTransformation_Operation_NormalizePathRFC3986 = NoFields;
