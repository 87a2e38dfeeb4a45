// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_extensions_filters_listener_proxy_protocol_v3 from './envoy.extensions.filters.listener.proxy_protocol.v3.ts';

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair.ValueStringEncoding */
export type ProxyProtocol_KeyValuePair_ValueStringEncoding =
  | 'UNSPECIFIED'
  | 'SANITIZED_UTF8'
  | 'BASE64';

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.TlvLocation */
export type ProxyProtocol_TlvLocation =
  | 'DYNAMIC_METADATA'
  | 'FILTER_STATE';

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol */
export interface ProxyProtocol {
  rules?: readonly (envoy_extensions_filters_listener_proxy_protocol_v3.ProxyProtocol_Rule)[] | undefined;
  allow_requests_without_proxy_protocol?: boolean | undefined;
  pass_through_tlvs?: envoy_config_core_v3.ProxyProtocolPassThroughTLVs | undefined;
  disallowed_versions?: readonly (envoy_config_core_v3.ProxyProtocolConfig_Version)[] | undefined;
  stat_prefix?: string | undefined;
  tlv_location?: envoy_extensions_filters_listener_proxy_protocol_v3.ProxyProtocol_TlvLocation | undefined;
}

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair */
export interface ProxyProtocol_KeyValuePair {
  metadata_namespace?: string | undefined;
  key: string;
  value_string_encoding?: envoy_extensions_filters_listener_proxy_protocol_v3.ProxyProtocol_KeyValuePair_ValueStringEncoding | undefined;
}

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.Rule */
export interface ProxyProtocol_Rule {
  tlv_type?: number | undefined;
  on_tlv_present?: envoy_extensions_filters_listener_proxy_protocol_v3.ProxyProtocol_KeyValuePair | undefined;
}
