// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { OneOf } from '../json.ts';
import type * as envoy_type_metadata_v3 from './envoy.type.metadata.v3.ts';
import type * as envoy_type_tracing_v3 from './envoy.type.tracing.v3.ts';

/** envoy.type.tracing.v3.CustomTag.ValueType */
export type CustomTag_ValueType =
  | 'UNSPECIFIED'
  | 'STRING'
  | 'INT'
  | 'DOUBLE'
  | 'BOOL';

/** envoy.type.tracing.v3.CustomTag */
export type CustomTag = {
  tag: string;
  value_type?: envoy_type_tracing_v3.CustomTag_ValueType | undefined;
} & OneOf<{
  literal: envoy_type_tracing_v3.CustomTag_Literal;
  environment: envoy_type_tracing_v3.CustomTag_Environment;
  request_header: envoy_type_tracing_v3.CustomTag_Header;
  metadata: envoy_type_tracing_v3.CustomTag_Metadata;
  value: string;
}>;

/** envoy.type.tracing.v3.CustomTag.Environment */
export interface CustomTag_Environment {
  name: string;
  default_value?: string | undefined;
}

/** envoy.type.tracing.v3.CustomTag.Header */
export interface CustomTag_Header {
  name: string;
  default_value?: string | undefined;
}

/** envoy.type.tracing.v3.CustomTag.Literal */
export interface CustomTag_Literal {
  value: string;
}

/** envoy.type.tracing.v3.CustomTag.Metadata */
export interface CustomTag_Metadata {
  kind?: envoy_type_metadata_v3.MetadataKind | undefined;
  metadata_key?: envoy_type_metadata_v3.MetadataKey | undefined;
  default_value?: string | undefined;
}
