import { any, type AnyResource } from './index.ts';

/** Resources that between them use every form of proto JSON; for the tests of this folder. */
export const SAMPLES: readonly AnyResource[] = [
  any('envoy.config.endpoint.v3.ClusterLoadAssignment', {
    cluster_name: 'servers',
    endpoints: [
      {
        locality: { region: 'r', zone: 'Zürich 😀' },
        lb_endpoints: [
          {
            endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: 1883 } } },
            health_status: 'DRAINING',
            load_balancing_weight: 3,
            metadata: {
              filter_metadata: {
                'envoy.lb': { hash_key: 'a', nested: { list: [1, -0.5, null, true, 'x', [], {}] } },
                another: {},
              },
            },
          },
        ],
      },
    ],
    policy: {
      overprovisioning_factor: 100,
      endpoint_stale_after: '1.500s',
      drop_overloads: [{ category: 'c', drop_percentage: { numerator: 1, denominator: 'MILLION' } }],
    },
  }),
  any('envoy.config.core.v3.TypedExtensionConfig', {
    name: 'plugin',
    typed_config: any('envoy.extensions.filters.network.wasm.v3.Wasm', {
      config: {
        name: 'plugin',
        vm_config: {
          vm_id: 'vm',
          code: { local: { inline_bytes: Buffer.from([0, 1, 255]).toString('base64') } },
          configuration: any('google.protobuf.StringValue', '7'),
          environment_variables: { key_values: { b: '2', a: '1' } },
        },
        configuration: any('google.protobuf.BytesValue', Buffer.from('hello').toString('base64')),
        failure_policy: 'FAIL_RELOAD',
      },
    }),
  }),
  any('envoy.config.cluster.v3.Cluster', {
    name: 'c',
    type: 'EDS',
    connect_timeout: '0.25s',
    lb_policy: 'RING_HASH',
    ring_hash_lb_config: { minimum_ring_size: '4096', maximum_ring_size: 8192 },
    common_lb_config: { healthy_panic_threshold: { value: 12.5 }, update_merge_window: '0s' },
    health_checks: [
      {
        timeout: '1s',
        interval: '1s',
        unhealthy_threshold: 2,
        healthy_threshold: 1,
        reuse_connection: false,
        http_health_check: { path: '/', expected_statuses: [{ start: 200, end: '600' }] },
      },
    ],
    metadata: { typed_filter_metadata: { x: any('google.protobuf.Struct', { n: 1, s: 'two' }) } },
  }),
  any('envoy.config.listener.v3.Listener', {
    name: 'l',
    address: { socket_address: { address: '::1', named_port: 'http' } },
    socket_options: [{ level: '-9223372036854775808', name: 9, int_value: '-1', state: 'STATE_BOUND' }],
    filter_chains: [
      {
        filter_chain_match: { source_ports: [1, 65535], server_names: ['a', 'b'], destination_port: 1 },
        filters: [
          {
            name: 'tcp',
            typed_config: any('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
              stat_prefix: 's',
              cluster: 'c',
              hash_policy: [{ filter_state: { key: 'k' } }],
            }),
          },
        ],
      },
    ],
    bind_to_port: false,
  }),
  any('google.protobuf.UInt64Value', '18446744073709551615'),
  any('google.protobuf.BoolValue', false),
  any('envoy.extensions.filters.http.router.v3.Router', { dynamic_stats: false }),
  any('envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec', {}),
];
