import { expect, test } from 'vitest';
import { encode } from '../../envoy/resources/index.ts';
import { RING_SIZE, serverCluster } from './clusters.ts';

test.each(['mqtt', 'websocket', 'tcp'] as const)(
  'a cluster of kind %s is a ring over EDS with active checks',
  (kind) => {
    const cluster = serverCluster({ name: kind, healthCheck: kind });
    encode(cluster);
    expect(cluster).toMatchObject({
      name: kind,
      type: 'EDS',
      eds_cluster_config: { eds_config: { ads: {} } },
      lb_policy: 'RING_HASH',
      ring_hash_lb_config: { minimum_ring_size: 32768 },
      common_lb_config: { healthy_panic_threshold: { value: 0 }, update_merge_window: '0s' },
      health_checks: [{ interval: '0.5s', unhealthy_threshold: 2, reuse_connection: false }],
      outlier_detection: { consecutive_local_origin_failure: 2, max_ejection_percent: 100 },
    });
  },
);

test('the ring holds 16 points for each of 2,048 servers, or what a test asks for', () => {
  expect(RING_SIZE).toBe(16 * 2048);
  const small = serverCluster({ name: 'c', healthCheck: 'tcp', minimumRingSize: 64 });
  expect(small.ring_hash_lb_config).toMatchObject({ minimum_ring_size: 64 });
});

test('a WebSocket cluster takes off the headers of the parts of Cohort before the codec, other clusters need none of it', () => {
  const options = serverCluster({ name: 'c', healthCheck: 'websocket' }).typed_extension_protocol_options;
  expect(options?.['envoy.extensions.upstreams.http.v3.HttpProtocolOptions']).toMatchObject({
    http_filters: [
      {
        typed_config: {
          mutations: {
            request_mutations: [
              { remove: 'x-cohort-cluster' },
              { remove: 'x-cohort-organization' },
              { remove: 'x-cohort-listener' },
              { remove: 'x-cohort-address' },
              { remove: 'x-cohort-relay' },
            ],
          },
        },
      },
      { name: 'envoy.filters.http.upstream_codec' },
    ],
  });
  expect(serverCluster({ name: 'c', healthCheck: 'mqtt' }).typed_extension_protocol_options).toBeUndefined();
});

test('answers do not put a WebSocket server aside', () => {
  expect(serverCluster({ name: 'c', healthCheck: 'websocket' }).outlier_detection).toMatchObject({
    split_external_local_origin_errors: true,
    enforcing_consecutive_5xx: 0,
  });
});
