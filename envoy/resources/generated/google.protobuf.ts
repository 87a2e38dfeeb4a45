// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { NoFields } from '../json.ts';

/** google.protobuf.NullValue */
export type NullValue =
  | 'NULL_VALUE';

/** google.protobuf.Empty */
export type Empty = NoFields;
