import { any, type Message } from '../../envoy/resources/index.ts';

/**
 * Reads the PROXY protocol's header before anything else, and keeps the values of these types of TLV where filters of
 * connections and of requests find them: filter state. (Metadata of a connection are not those of its requests, and its
 * texts have every byte that is no UTF-8 replaced, so that other bytes would name the same organization.)
 */
export function proxyProtocol(types: readonly number[]): Message<'envoy.config.listener.v3.ListenerFilter'> {
  return {
    name: 'envoy.filters.listener.proxy_protocol',
    typed_config: any('envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol', {
      rules: [...new Set(types)].map((type) => ({
        tlv_type: type,
        on_tlv_present: { key: String(type), value_string_encoding: 'BASE64' as const },
      })),
      tlv_location: 'FILTER_STATE',
    }),
  };
}
