// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Long } from '../json.ts';

/** envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig */
export interface DownstreamConnectionsConfig {
  max_active_downstream_connections: Long;
}
