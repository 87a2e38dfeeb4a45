// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { NoFields } from '../json.ts';

/** envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer */
export type RawBuffer = NoFields;
