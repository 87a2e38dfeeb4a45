// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { NoFields, OneOf } from '../json.ts';
import type * as envoy_type_metadata_v3 from './envoy.type.metadata.v3.ts';

/** envoy.type.metadata.v3.MetadataKey */
export interface MetadataKey {
  key: string;
  path: readonly (envoy_type_metadata_v3.MetadataKey_PathSegment)[];
}

/** envoy.type.metadata.v3.MetadataKey.PathSegment */
export type MetadataKey_PathSegment = OneOf<{
  key: string;
  index: number;
}>;

/** envoy.type.metadata.v3.MetadataKind */
export type MetadataKind = OneOf<{
  request: envoy_type_metadata_v3.MetadataKind_Request;
  route: envoy_type_metadata_v3.MetadataKind_Route;
  cluster: envoy_type_metadata_v3.MetadataKind_Cluster;
  host: envoy_type_metadata_v3.MetadataKind_Host;
}>;

/** envoy.type.metadata.v3.MetadataKind.Cluster */
export type MetadataKind_Cluster = NoFields;

/** envoy.type.metadata.v3.MetadataKind.Host */
export type MetadataKind_Host = NoFields;

/** envoy.type.metadata.v3.MetadataKind.Request */
export type MetadataKind_Request = NoFields;

/** envoy.type.metadata.v3.MetadataKind.Route */
export type MetadataKind_Route = NoFields;
