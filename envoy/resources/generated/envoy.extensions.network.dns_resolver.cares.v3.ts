// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Duration, Long } from '../json.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';

/** envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig */
export interface CaresDnsResolverConfig {
  resolvers?: readonly (envoy_config_core_v3.Address)[] | undefined;
  use_resolvers_as_fallback?: boolean | undefined;
  filter_unroutable_families?: boolean | undefined;
  dns_resolver_options?: envoy_config_core_v3.DnsResolverOptions | undefined;
  udp_max_queries?: number | undefined;
  query_timeout_seconds?: Long | undefined;
  query_tries?: number | undefined;
  rotate_nameservers?: boolean | undefined;
  edns0_max_payload_size?: number | undefined;
  max_udp_channel_duration?: Duration | undefined;
  reinit_channel_on_timeout?: boolean | undefined;
  qcache_max_ttl?: number | undefined;
}
