import { expect, test } from 'vitest';
import { any, encode, ResourceError, type TypedAny } from './index.ts';

/** Each resource is refused by the compiler (that is what the directives state) and by the encoder. */
const WRONG: [string, () => unknown][] = [
  [
    'an unknown field',
    // @ts-expect-error nonsense is no field of a cluster
    () => any('envoy.config.cluster.v3.Cluster', { name: 'c', nonsense: 1 }),
  ],
  [
    'a field in camelCase',
    // @ts-expect-error connectTimeout is written connect_timeout
    () => any('envoy.config.cluster.v3.Cluster', { name: 'c', connectTimeout: '1s' }),
  ],
  [
    'a required field left out',
    // @ts-expect-error name is missing
    () => any('envoy.config.cluster.v3.Cluster', { connect_timeout: '1s' }),
  ],
  [
    'an unknown enum value',
    // @ts-expect-error there is no policy RING
    () => any('envoy.config.cluster.v3.Cluster', { name: 'c', lb_policy: 'RING' }),
  ],
  [
    'a duration without unit',
    // @ts-expect-error the unit is missing
    () => any('envoy.config.cluster.v3.Cluster', { name: 'c', connect_timeout: '5' }),
  ],
  [
    'an unknown type',
    // @ts-expect-error there is no such message
    () => any('envoy.config.cluster.v3.Clustre', { name: 'c' }),
  ],
  [
    'a deprecated field',
    // @ts-expect-error http2_protocol_options is deprecated
    () => any('envoy.config.cluster.v3.Cluster', { name: 'c', http2_protocol_options: {} }),
  ],
  [
    'two fields of a oneof',
    () =>
      // @ts-expect-error the cluster is named twice
      any('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
        stat_prefix: 's',
        cluster: 'c',
        weighted_clusters: { clusters: [] },
      }),
  ],
  [
    'an unknown @type in an Any',
    () =>
      any('envoy.config.core.v3.TypedExtensionConfig', {
        name: 'x',
        // @ts-expect-error there is no such message
        typed_config: { '@type': 'type.googleapis.com/envoy.Nonsense' },
      }),
  ],
  [
    'an unknown field in an Any',
    () =>
      any('envoy.config.core.v3.TypedExtensionConfig', {
        name: 'x',
        // @ts-expect-error nonsense is no field of a router
        typed_config: any('envoy.extensions.filters.http.router.v3.Router', { nonsense: 1 }),
      }),
  ],
  [
    'a field of a message that has none',
    () =>
      any('envoy.config.core.v3.TypedExtensionConfig', {
        name: 'x',
        // @ts-expect-error the codec has no fields
        typed_config: any('envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec', { nonsense: 1 }),
      }),
  ],
];

test.each(WRONG)('the compiler and the encoder refuse %s', (_, make) => {
  expect(() => encode(make() as TypedAny<'envoy.config.cluster.v3.Cluster'>)).toThrow(ResourceError);
});
