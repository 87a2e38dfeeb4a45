// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Duration } from '../json.ts';

/** envoy.extensions.upstreams.tcp.v3.TcpProtocolOptions */
export interface TcpProtocolOptions {
  idle_timeout?: Duration | undefined;
}
