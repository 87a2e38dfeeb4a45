// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';

/** envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport */
export interface ProxyProtocolUpstreamTransport {
  config?: envoy_config_core_v3.ProxyProtocolConfig | undefined;
  transport_socket: envoy_config_core_v3.TransportSocket;
  allow_unspecified_address?: boolean | undefined;
  tlv_as_pool_key?: boolean | undefined;
}
