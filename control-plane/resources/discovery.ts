import type { Message } from '../../envoy/resources/index.ts';

/** A resource that comes over the same ADS stream as everything else. */
export const ADS = { ads: {}, resource_api_version: 'V3' } as const;

type ExtensionType =
  | 'envoy.extensions.filters.network.wasm.v3.Wasm'
  | 'envoy.extensions.filters.http.wasm.v3.Wasm'
  | 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication';

/**
 * A filter whose configuration is the ECDS resource of the filter's own name.
 *
 * Without `initial_fetch_timeout: 0s` the listener would open after 15 s with no configuration and close every
 * connection; so the port stays shut until a good one arrives.
 */
export function discovered(type: ExtensionType): Message<'envoy.config.core.v3.ExtensionConfigSource'> {
  return {
    config_source: { ...ADS, initial_fetch_timeout: '0s' },
    type_urls: [`type.googleapis.com/${type}`],
  };
}
