/** Active checks with protocol bytes: what they take for alive, and that they never fail a healthy broker. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { healthCheck, serverCluster, serverEndpoints } from '../../control-plane/resources/index.ts';
import type { Message } from '../../envoy/resources/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { AedesBroker, MqttServer } from '../harness/mqtt-server.ts';
import { startTestbed, type Testbed } from '../harness/testbed.ts';

type HealthCheck = Message<'envoy.config.core.v3.HealthCheck'>;
type Address = { readonly host: string; readonly port: number };

/** Adds a cluster that checks 25 times a second but waits long for each answer: the machine may be slow. */
function addCluster(
  bed: Testbed,
  name: string,
  kind: 'mqtt' | 'websocket',
  servers: readonly Address[],
  change: Partial<Pick<HealthCheck, 'reuse_connection'>> = {},
): void {
  const check = { ...healthCheck(kind, '0.04s'), timeout: '10s', ...change } as const;
  const cluster = serverCluster({ name, healthCheck: kind, minimumRingSize: 64 });
  bed.set(TYPE_URLS.CDS, name, { ...cluster, health_checks: [check] });
  const endpoints = servers.map(({ host, port }, i) => ({ id: `s${i}`, address: host, port }));
  bed.set(TYPE_URLS.EDS, name, serverEndpoints(name, endpoints));
}

/** A server that answers each request with this status. */
async function statusServer(cleanup: Cleanup, status: number): Promise<Address> {
  const server = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.defer(`the server that answers ${status}`, () => server.close());
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

it('MQTT checks never fail a healthy aedes on connections of their own; on one reused connection they do', async () => {
  const cleanup = cleanupAfterTest();
  const own = cleanup.own(await AedesBroker.start());
  const shared = cleanup.own(await AedesBroker.start());
  const bed = cleanup.own(await startTestbed({ servers: [] }));
  const [envoy] = bed.proxies;
  addCluster(bed, 'own', 'mqtt', [own]);
  addCluster(bed, 'shared', 'mqtt', [shared], { reuse_connection: true });
  bed.ads.push();
  const name = (cluster: string, counter: string): string => `cluster.${cluster}.health_check.${counter}`;
  await envoy?.waitForStat(name('own', 'success'), 100);
  expect(await envoy?.counter(name('own', 'failure'))).toBe(0);
  const failures = (await envoy?.counter(name('shared', 'failure'))) ?? 0;
  const attempts = (await envoy?.counter(name('shared', 'attempt'))) ?? 0;
  console.log(`measured: MQTT checks on one reused connection: ${failures} of ${attempts} failed`);
  expect(failures).toBeGreaterThan(attempts / 10);
});

it('a CONNACK of any code is alive', async () => {
  const cleanup = cleanupAfterTest();
  // The return codes of MQTT 3.1.1, and "unsupported protocol version" of a server that speaks MQTT 5 alone.
  const codes = [0, 1, 2, 3, 4, 5, 0x84];
  const servers = await Promise.all(codes.map((connackCode) => MqttServer.start({ connackCode })));
  for (const server of servers) cleanup.own(server);
  const bed = cleanup.own(await startTestbed({ servers: [] }));
  addCluster(bed, 'codes', 'mqtt', servers);
  bed.ads.push();
  const [envoy] = bed.proxies;
  await envoy?.waitForStat('cluster.codes.health_check.success', 3 * codes.length);
  await envoy?.waitForStat('cluster.codes.membership_healthy', codes.length);
  expect(await envoy?.counter('cluster.codes.health_check.failure')).toBe(0);
});

it('an answer of any HTTP status is alive', async () => {
  const cleanup = cleanupAfterTest();
  const statuses = [200, 204, 301, 400, 401, 404, 426, 500, 503, 599];
  const servers = await Promise.all(statuses.map((status) => statusServer(cleanup, status)));
  const bed = cleanup.own(await startTestbed({ servers: [] }));
  addCluster(bed, 'statuses', 'websocket', servers);
  bed.ads.push();
  const [envoy] = bed.proxies;
  await envoy?.waitForStat('cluster.statuses.health_check.success', 3 * statuses.length);
  await envoy?.waitForStat('cluster.statuses.membership_healthy', statuses.length);
  expect(await envoy?.counter('cluster.statuses.health_check.failure')).toBe(0);
});
