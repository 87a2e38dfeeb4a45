import { expect, test } from 'vitest';
import { encode } from '../../envoy/resources/index.ts';
import { assignmentListener, tcpListener, websocketListener } from './listeners.ts';

const address = { address: '127.0.0.1', port: 1883 };

test('the assignment listener takes no connections', () => {
  const listener = assignmentListener();
  encode(listener);
  expect(listener).toMatchObject({ name: 'assignment', bind_to_port: false });
});

test.each([
  ['assignment', assignmentListener()],
  ['mqtt', tcpListener({ name: 'mqtt', ...address })],
])('the TCP filter chain of %s waits for its plugin and refuses what no filter routed', (name, listener) => {
  encode(listener);
  expect(listener.filter_chains).toMatchObject([
    {
      filters: [
        {
          name,
          config_discovery: {
            config_source: { ads: {}, initial_fetch_timeout: '0s' },
            type_urls: ['type.googleapis.com/envoy.extensions.filters.network.wasm.v3.Wasm'],
          },
        },
        { typed_config: { cluster: 'refused' } },
      ],
    },
  ]);
});

test('a TCP listener reads before it connects, hashes by filter state and never idles out', () => {
  const filters = tcpListener({ name: 'mqtt', ...address, maxEarlyDataBytes: 100 }).filter_chains?.[0]
    ?.filters;
  expect(filters?.[1]).toMatchObject({
    typed_config: {
      upstream_connect_mode: 'ON_DOWNSTREAM_DATA',
      max_early_data_bytes: 100,
      hash_policy: [{ filter_state: { key: 'envoy.hashable_string' } }],
      max_connect_attempts: 6,
      idle_timeout: '0s',
    },
  });
});

test('a WebSocket listener removes routing headers before any filter, and ends with the router', () => {
  const listener = websocketListener({ name: 'ws', ...address, routeName: 'devices' });
  encode(listener);
  expect(listener.filter_chains?.[0]?.filters?.[0]).toMatchObject({
    typed_config: {
      early_header_mutation_extensions: [
        {
          typed_config: {
            mutations: [
              { remove: 'x-cohort-cluster' },
              { remove: 'x-cohort-organization' },
              { append: { header: { key: 'x-cohort-listener', value: 'ws' } } },
              { append: { header: { key: 'x-cohort-address' } } },
            ],
          },
        },
      ],
      http_filters: [
        { name: 'ws', config_discovery: { config_source: { initial_fetch_timeout: '0s' } } },
        { name: 'envoy.filters.http.router' },
      ],
      rds: { route_config_name: 'devices' },
      stream_idle_timeout: '0s',
      request_headers_timeout: '10s',
    },
  });
});

test('TLS brings the inspector that reads the server name; an access log stands where it is asked for', () => {
  const listener = tcpListener({
    name: 'mqtts',
    ...address,
    tls: { common_tls_context: {} },
    accessLogPath: '/l',
  });
  encode(listener);
  expect(listener).toMatchObject({
    listener_filters: [{ name: 'envoy.filters.listener.tls_inspector' }],
    filter_chains: [
      {
        transport_socket: { name: 'envoy.transport_sockets.tls' },
        filters: [{}, { typed_config: { access_log: [{ typed_config: { path: '/l' } }] } }],
      },
    ],
  });
});
