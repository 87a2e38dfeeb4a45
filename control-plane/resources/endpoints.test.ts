import { expect, test } from 'vitest';
import { decode, encode } from '../../envoy/resources/index.ts';
import { serverEndpoints } from './endpoints.ts';

test('each endpoint carries its server’s id as hash key, and no weight', () => {
  const servers = [
    { id: 'a', address: '127.0.0.1', port: 1 },
    { id: 'b', address: '::1', port: 2, checkPort: 3, health: 'DRAINING' },
  ] as const;
  expect(decode(encode(serverEndpoints('mqtt', servers)))).toEqual({
    '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
    cluster_name: 'mqtt',
    endpoints: [
      {
        lb_endpoints: [
          {
            endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: 1 } } },
            metadata: { filter_metadata: { 'envoy.lb': { hash_key: 'a' } } },
          },
          {
            endpoint: {
              address: { socket_address: { address: '::1', port_value: 2 } },
              health_check_config: { port_value: 3 },
            },
            metadata: { filter_metadata: { 'envoy.lb': { hash_key: 'b' } } },
            health_status: 'DRAINING',
          },
        ],
      },
    ],
  });
});

test('no servers are an answer, too', () => {
  const empty = serverEndpoints('mqtt', []);
  encode(empty);
  expect(empty).toMatchObject({ cluster_name: 'mqtt', endpoints: [] });
});
