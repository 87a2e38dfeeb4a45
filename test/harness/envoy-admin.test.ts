import { expect, test } from 'vitest';
import { parseClusters, parseListeners, parseStats } from './envoy-admin.ts';

test('statistics: counters and gauges, names with colons in them, no histograms, no texts', () => {
  const text = 'a.b: 1\ncluster.[::1]:80.x: 2\nh: P0(1,1) P25(1,1)\nt: "text: 5"\nneg: -3\n\n';
  expect(parseStats(text)).toEqual(
    new Map([
      ['a.b', 1],
      ['cluster.[::1]:80.x', 2],
      ['neg', -3],
    ]),
  );
});

test('clusters: a host is healthy when no flag is set and EDS does not say otherwise', () => {
  const host = (port: number, health: object) => ({
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    health_status: health,
    weight: 1,
    stats: [{ name: 'cx_total', value: '4' }],
  });
  const json = JSON.stringify({
    cluster_statuses: [
      {
        name: 'servers',
        added_via_api: true,
        host_statuses: [
          host(1, { eds_health_status: 'HEALTHY' }),
          host(2, { eds_health_status: 'HEALTHY', failed_active_health_check: true }),
          host(3, { eds_health_status: 'DRAINING' }),
        ],
      },
      { name: 'empty' },
    ],
  });
  const clusters = parseClusters(json);
  const hosts = clusters.get('servers')?.hosts ?? new Map();
  expect([...hosts.values()].map(({ healthy }: { healthy: boolean }) => healthy)).toEqual([
    true,
    false,
    false,
  ]);
  expect(hosts.get('127.0.0.1:2')).toMatchObject({ flags: ['failed_active_health_check'] });
  expect(hosts.get('127.0.0.1:1')?.stats.get('cx_total')).toBe(4);
  expect(clusters.get('empty')).toEqual({ name: 'empty', addedViaApi: false, hosts: new Map() });
});

test('listeners: name to bound address', () => {
  const json = JSON.stringify({
    listener_statuses: [
      { name: 'a', local_address: { socket_address: { address: '127.0.0.1', port_value: 4000 } } },
    ],
  });
  expect(parseListeners(json)).toEqual(new Map([['a', { host: '127.0.0.1', port: 4000 }]]));
  expect(parseListeners('{}')).toEqual(new Map());
});
