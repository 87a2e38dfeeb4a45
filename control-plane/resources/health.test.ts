import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../../envoy/resources/index.ts';
import type { HealthCheckKind } from './health-checks.ts';
import { HealthCheckInputError, healthChecks, type ClusterToCheck } from './health.ts';

const server = fc.record({
  address: fc.oneof(fc.ipV4(), fc.ipV6()),
  port: fc.integer({ min: 1, max: 65535 }),
});
const cluster = fc.record({
  name: fc.constantFrom('servers_mqtt', 'servers_websocket', 'servers_tcp'),
  healthCheck: fc.constantFrom<HealthCheckKind>('mqtt', 'websocket', 'tcp'),
  servers: fc.array(server, { maxLength: 5 }),
});

function refusal(make: () => unknown): HealthCheckInputError {
  try {
    make();
  } catch (error) {
    if (error instanceof HealthCheckInputError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const withAddress = (address: string): ClusterToCheck => ({
  name: 'servers_mqtt',
  healthCheck: 'mqtt',
  servers: [
    { address: '127.0.0.1', port: 1 },
    { address, port: 1 },
  ],
});

describe('healthChecks never makes what crashes Envoy', () => {
  it('names no cluster without endpoints, and no endpoint with active checks disabled', () => {
    const property = (clusters: ClusterToCheck[]): void => {
      const specifier = healthChecks({ clusters });
      const asked = clusters.filter(({ servers }) => servers.length > 0);
      const checks = specifier.cluster_health_checks ?? [];
      expect(checks.map((check) => check.cluster_name)).toEqual(asked.map(({ name }) => name));
      checks.forEach((check, index) => {
        expect(check.locality_endpoints).toHaveLength(1);
        const endpoints = check.locality_endpoints?.[0]?.endpoints ?? [];
        expect(endpoints).toHaveLength(asked[index]?.servers.length ?? 0);
        for (const endpoint of endpoints) expect(Object.keys(endpoint)).toEqual(['address']);
      });
      expect(JSON.stringify(specifier)).not.toContain('disable_active_health_check');
      encode(specifier);
    };
    fc.assert(fc.property(fc.array(cluster, { maxLength: 4 }), property), { numRuns: 50 });
  });

  it.each([
    '',
    'localhost',
    'server-1.example',
    '127.0.0.1:80',
    '127.1',
    '[::1]',
    'fe80::1%eth0',
    ' 127.0.0.1',
  ])('refuses the address %j, which Envoy does not take for an IP address', (address) => {
    const error = refusal(() => healthChecks({ clusters: [withAddress(address)] }));
    expect(error.code).toBe('address_is_no_ip');
    expect(error.message).toContain(JSON.stringify(address));
    expect(error.message).toContain('servers_mqtt');
  });

  it.each(['0s', '-1s', '0.0001s'] as const)(
    'refuses to have reports every %s, without a pause',
    (reportInterval) => {
      const error = refusal(() => healthChecks({ clusters: [], reportInterval }));
      expect(error.code).toBe('report_interval_not_positive');
    },
  );
});

it('checks as often without traffic as with it: the clusters of HDS never have any', () => {
  for (const healthCheck of ['mqtt', 'websocket', 'tcp'] as const) {
    const { cluster_health_checks: checks } = healthChecks({
      clusters: [{ ...withAddress('::1'), healthCheck }],
    });
    const check = checks?.[0]?.health_checks?.[0];
    expect(check?.interval).toBe('0.5s');
    expect(check?.no_traffic_interval).toBe(check?.interval);
  }
});

it('checks a server at its own port for checks, and an address that several share once', () => {
  const servers = [
    { address: '10.0.0.1', port: 1883, checkPort: 9000 },
    { address: '10.0.0.1', port: 1884, checkPort: 9000 },
    { address: '10.0.0.2', port: 1883 },
  ];
  const specifier = healthChecks({ clusters: [{ name: 'c', healthCheck: 'mqtt', servers }] });
  const endpoints = specifier.cluster_health_checks?.[0]?.locality_endpoints?.[0]?.endpoints;
  expect(endpoints?.map(({ address }) => address?.socket_address)).toEqual([
    { address: '10.0.0.1', port_value: 9000 },
    { address: '10.0.0.2', port_value: 1883 },
  ]);
});
