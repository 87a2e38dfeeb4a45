import { expect, test } from 'vitest';
import { encode, RESOURCE_ERRORS, ResourceError, type AnyResource, type ResourceErrorCode } from './index.ts';

type Json = Record<string, unknown>;

const type = (name: string, json: Json): Json => ({ '@type': `type.googleapis.com/${name}`, ...json });
const cluster = (json: Json): Json => type('envoy.config.cluster.v3.Cluster', { name: 'c', ...json });
const endpoints = (json: Json): Json =>
  type('envoy.config.endpoint.v3.ClusterLoadAssignment', { cluster_name: 'c', ...json });
const extension = (config: unknown): Json =>
  type('envoy.config.core.v3.TypedExtensionConfig', { name: 'x', typed_config: config });
const tcpProxy = (json: Json): Json =>
  type('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', { stat_prefix: 's', cluster: 'c', ...json });
const check = (json: Json): Json => ({
  timeout: '1s',
  interval: '1s',
  unhealthy_threshold: 1,
  healthy_threshold: 1,
  tcp_health_check: {},
  ...json,
});
const without = (json: Json, key: string): Json =>
  Object.fromEntries(Object.entries(json).filter(([name]) => name !== key));

/** what is wrong, the resource, code, path, and a part of the rule's words */
const TABLE: [string, Json, ResourceErrorCode, string, RegExp][] = [
  ['a root without @type', { name: 'c' }, 'wrong_shape', '', /@type/],
  ['an unknown root type', type('envoy.config.Nonsense', {}), 'unknown_type', '@type', /full name/],
  ['another prefix', { '@type': 'a/envoy.config.cluster.v3.Cluster' }, 'unknown_type', '@type', /googleapis/],
  ['an unknown nested type', extension(type('nope', {})), 'unknown_type', 'typed_config.@type', /full name/],
  ['an Any without @type', extension({ stat_prefix: 's' }), 'wrong_shape', 'typed_config', /@type/],
  ['an unknown field', cluster({ nonsense: 1 }), 'unknown_field', 'nonsense', /field of .*Cluster/],
  ['camelCase', cluster({ connectTimeout: '1s' }), 'unknown_field', 'connectTimeout', /field of/],
  [
    'an unknown field in an Any',
    extension(tcpProxy({ x: 1 })),
    'unknown_field',
    'typed_config.x',
    /TcpProxy/,
  ],
  [
    'a field beside a value',
    type('google.protobuf.StringValue', { value: 'a', b: 1 }),
    'unknown_field',
    'b',
    /beside/,
  ],
  [
    'a deprecated field',
    cluster({ http2_protocol_options: {} }),
    'deprecated',
    'http2_protocol_options',
    /any more/,
  ],
  [
    'an unknown enum value',
    cluster({ lb_policy: 'RING' }),
    'unknown_enum_value',
    'lb_policy',
    /one of .*RING_HASH/,
  ],
  ['an enum as a number', cluster({ lb_policy: 2 }), 'unknown_enum_value', 'lb_policy', /one of/],
  [
    'an unknown enum value in an Any',
    extension(tcpProxy({ upstream_connect_mode: 'LATER' })),
    'unknown_enum_value',
    'typed_config.upstream_connect_mode',
    /ON_DOWNSTREAM_DATA/,
  ],
  ['null', cluster({ connect_timeout: null }), 'wrong_shape', 'connect_timeout', /duration/],
  ['a duration without unit', cluster({ connect_timeout: '1' }), 'wrong_shape', 'connect_timeout', /"0.5s"/],
  ['a number for a string', cluster({ name: 5 }), 'wrong_shape', 'name', /string/],
  ['a lone surrogate', cluster({ name: 'a\ud800' }), 'wrong_shape', 'name', /Unicode/],
  [
    'a string for a boolean',
    cluster({ wait_for_warm_on_init: 'yes' }),
    'wrong_shape',
    'wait_for_warm_on_init',
    /true/,
  ],
  ['an object for a list', cluster({ health_checks: {} }), 'wrong_shape', 'health_checks', /array/],
  ['a list for an object', endpoints({ policy: [] }), 'wrong_shape', 'policy', /object/],
  [
    'a fraction for an integer',
    endpoints({ endpoints: [{ priority: 0.5 }] }),
    'wrong_shape',
    'endpoints[0].priority',
    /integer/,
  ],
  [
    'too large an integer',
    endpoints({ endpoints: [{ priority: 2 ** 32 }] }),
    'wrong_shape',
    'endpoints[0].priority',
    /4294967295/,
  ],
  [
    'base64 that is none',
    type('google.protobuf.BytesValue', { value: '*' }),
    'wrong_shape',
    'value',
    /base64/,
  ],
  [
    'a function in a Struct',
    type('google.protobuf.Struct', { value: { a: [() => 1] } }),
    'wrong_shape',
    'value["a"][0]',
    /JSON/,
  ],
  [
    'a required string left out',
    type('envoy.config.cluster.v3.Cluster', {}),
    'missing',
    'name',
    /at least 1/,
  ],
  ['a required string empty', cluster({ name: '' }), 'broken_rule', 'name', /at least 1 char/],
  [
    'a required message left out',
    cluster({ health_checks: [without(check({}), 'timeout')] }),
    'missing',
    'health_checks[0].timeout',
    /required/,
  ],
  [
    'a required oneof left out',
    cluster({ health_checks: [without(check({}), 'tcp_health_check')] }),
    'missing',
    'health_checks[0].health_checker',
    /one of http_health_check/,
  ],
  [
    'a required list empty',
    type('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
      stat_prefix: 's',
      weighted_clusters: { clusters: [] },
    }),
    'broken_rule',
    'weighted_clusters.clusters',
    /at least 1 item\b/,
  ],
  [
    'two of a oneof',
    extension(tcpProxy({ weighted_clusters: { clusters: [] } })),
    'oneof_conflict',
    'typed_config.weighted_clusters',
    /together with cluster/,
  ],
  [
    'a number too large',
    endpoints({ endpoints: [{ priority: 129 }] }),
    'broken_rule',
    'endpoints[0].priority',
    /at most 128/,
  ],
  [
    'a number too small, wrapped',
    extension(tcpProxy({ max_connect_attempts: 0 })),
    'broken_rule',
    'typed_config.max_connect_attempts',
    /at least 1/,
  ],
  [
    'a long too large',
    cluster({ ring_hash_lb_config: { minimum_ring_size: 8388609 } }),
    'broken_rule',
    'ring_hash_lb_config.minimum_ring_size',
    /at most 8388608/,
  ],
  [
    'a duration too short',
    cluster({ health_checks: [check({ interval: '0s' })] }),
    'broken_rule',
    'health_checks[0].interval',
    /longer than 0s/,
  ],
  [
    'a double out of range',
    cluster({ common_lb_config: { healthy_panic_threshold: { value: 101 } } }),
    'broken_rule',
    'common_lb_config.healthy_panic_threshold.value',
    /at most 100/,
  ],
  [
    'a line feed in a string of a list',
    type('envoy.config.route.v3.RouteConfiguration', {
      virtual_hosts: [{ name: 'v', domains: ['a', 'b\n'] }],
    }),
    'broken_rule',
    'virtual_hosts[0].domains[1]',
    /no NUL, line feed/,
  ],
  [
    'a header name with a space',
    type('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', {
      explicit_http_config: { http_protocol_options: {} },
      upstream_http_protocol_options: { override_auto_sni_header: 'a b' },
    }),
    'broken_rule',
    'upstream_http_protocol_options.override_auto_sni_header',
    /name of an HTTP header/,
  ],
  [
    'an empty key of a map',
    endpoints({ endpoints: [{ lb_endpoints: [{ metadata: { filter_metadata: { '': {} } } }] }] }),
    'broken_rule',
    'endpoints[0].lb_endpoints[0].metadata.filter_metadata[""]',
    /at least 1/,
  ],
  [
    'an item of a map',
    endpoints({ named_endpoints: { a: { address: {} } } }),
    'missing',
    'named_endpoints["a"].address.address',
    /one of socket_address/,
  ],
  [
    'an enum value that is ruled out',
    cluster({ dns_lookup_family: 'V9' }),
    'unknown_enum_value',
    'dns_lookup_family',
    /V4_ONLY/,
  ],
];

test.each(TABLE)('refuses %s', (_, resource, code, path, rule) => {
  let error: unknown;
  try {
    encode(resource as unknown as AnyResource);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ResourceError);
  expect(error).toMatchObject({ code, path, rule: expect.stringMatching(rule) as unknown });
  expect((error as Error).message).toContain((error as ResourceError).rule);
});

test('every code of the table occurs', () => {
  expect(new Set(TABLE.map(([, , code]) => code))).toEqual(new Set(Object.keys(RESOURCE_ERRORS)));
});
