// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { NoFields } from '../json.ts';

/** envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec */
export type UpstreamCodec = NoFields;
