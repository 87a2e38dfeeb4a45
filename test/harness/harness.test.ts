/** The harness against a real Envoy: everything that tests of Envoy's behaviour rely on, once. */
import { existsSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { bootstrap } from '../../envoy/bootstrap.ts';
import { any, encode } from '../../envoy/resources/index.ts';
import { AdsServer, TYPE_URLS } from './ads.ts';
import { cleanupAfterAll, cleanupAfterTest } from './cleanup-hooks.ts';
import { RawDevice } from './device.ts';
import { startEnvoy } from './envoy.ts';
import type { Envoy } from './envoy.ts';
import { HdsServer } from './hds.ts';
import { MqttDevice } from './mqtt-device.ts';
import { MqttServer } from './mqtt-server.ts';
import { createNetwork, networksAvailable } from './netns.ts';
import { ServerProcess } from './server-process.ts';
import { waitFor } from './wait.ts';

const NODE = 'proxy-1';
const { CDS, EDS, LDS } = TYPE_URLS;

function cluster(name: string) {
  const resource = any('envoy.config.cluster.v3.Cluster', {
    name,
    type: 'EDS',
    eds_cluster_config: { eds_config: { ads: {}, resource_api_version: 'V3' } },
  });
  return { name, typeUrl: CDS, any: encode(resource) };
}

function endpoints(name: string, servers: { host: string; port: number }[]) {
  const resource = any('envoy.config.endpoint.v3.ClusterLoadAssignment', {
    cluster_name: name,
    endpoints: [
      {
        lb_endpoints: servers.map(({ host, port }) => ({
          endpoint: { address: { socket_address: { address: host, port_value: port } } },
        })),
      },
    ],
  });
  return { name, typeUrl: EDS, any: encode(resource) };
}

function tcpListener(name: string, to: string, statPrefix: string, port = 0, address = '127.0.0.1') {
  const resource = any('envoy.config.listener.v3.Listener', {
    name,
    address: { socket_address: { address, port_value: port } },
    filter_chains: [
      {
        filters: [
          {
            name: 'tcp_proxy',
            typed_config: any('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
              stat_prefix: statPrefix,
              cluster: to,
            }),
          },
        ],
      },
    ],
  });
  return { name, typeUrl: LDS, any: encode(resource) };
}

const cleanup = cleanupAfterAll();
let ads: AdsServer;
let hds: HdsServer;
let server: MqttServer;
let envoy: Envoy;

beforeAll(async () => {
  server = cleanup.own(await MqttServer.start());
  ads = cleanup.own(new AdsServer());
  hds = new HdsServer(ads.grpc);
  const port = await ads.listen();
  ads.set(cluster('servers'));
  ads.set(endpoints('servers', [server]));
  ads.set(tcpListener('mqtt', 'servers', 'devices'));
  const bootstrapJson = bootstrap({ id: NODE, workers: 2, controlPlanes: [{ host: '127.0.0.1', port }] });
  envoy = cleanup.own(await startEnvoy({ bootstrap: bootstrapJson, concurrency: 2 }));
  await envoy.ready();
}, 60_000);

test('a device goes through Envoy to the server, and both sides and the statistics tell', async () => {
  const tidy = cleanupAfterTest();
  await ads.waitForAck(NODE, LDS, 'mqtt');
  const { host, port } = await envoy.waitForListener('mqtt');
  const device = tidy.own(await MqttDevice.connect({ host, port, clientId: 'd1', username: 'acme/d1' }));
  expect(await device.roundTrip('hello')).toBeGreaterThan(0);
  expect((await server.waitForClient('d1')).username).toBe('acme/d1');
  expect(await envoy.counter('tcp.devices.downstream_cx_total')).toBe(1);
  expect((await envoy.stats('cluster.servers.')).get('cluster.servers.upstream_cx_active')).toBe(1);
  expect(await envoy.counter('tcp.devices.no_such_counter', 0)).toBe(0);
  await expect(envoy.counter('tcp.devices.no_such_counter')).rejects.toThrow('no counter or gauge');
  const status = (await envoy.clusters()).get('servers')?.hosts.get(server.address);
  expect(status).toMatchObject({ healthy: true, flags: [], edsHealth: 'HEALTHY' });
  expect(status?.stats.get('cx_active')).toBe(1);
  const kinds = (await envoy.configDump()).map((entry) => entry['@type'].split('.').at(-1));
  expect(kinds).toEqual(expect.arrayContaining(['BootstrapConfigDump', 'EndpointsConfigDump']));
  expect(await envoy.memory()).toBeGreaterThan(1_000_000);
  device.stop();
  await envoy.waitForStat('cluster.servers.upstream_cx_active', (value) => value === 0);
});

test('a listener is updated and removed; a bad one is refused with Envoy’s words and the old one serves on', async () => {
  const tidy = cleanupAfterTest();
  ads.set(tcpListener('second', 'servers', 'before'));
  ads.push();
  await ads.waitForAck(NODE, LDS, 'second');
  const { port } = await envoy.waitForListener('second');
  // The bound port of a listener on port 0 stays when its filters change.
  ads.set(tcpListener('second', 'servers', 'after'));
  ads.push();
  await ads.waitForAck(NODE, LDS, 'second');
  // A worker takes the update a moment after the main thread has acknowledged it.
  await waitFor(async () => {
    tidy.own(await MqttDevice.connect({ port, clientId: 'after' }));
    return (await envoy.counter('tcp.after.downstream_cx_total')) > 0;
  });
  // Valid by the API, refused by Envoy: the address is not one of this machine's.
  ads.set(tcpListener('elsewhere', 'servers', 'elsewhere', 0, '203.0.113.1'));
  ads.push();
  const nack = await ads.waitForNack(NODE, LDS, 'elsewhere');
  expect(nack.message).toMatch(/cannot bind/i);
  await expect(ads.waitForAck(NODE, LDS, 'elsewhere')).rejects.toThrow(nack.message);
  await envoy.waitForLog('cannot bind');
  expect(ads.requests.some((request) => request.error === nack.message)).toBe(true);
  ads.remove(LDS, 'elsewhere');
  ads.remove(LDS, 'second');
  ads.push();
  await ads.waitForRemoval(NODE, LDS, 'second');
  expect([...(await envoy.listeners()).keys()]).toEqual(['mqtt']);
});

test('a held answer comes late, and a subscription to what does not exist is answered', async () => {
  ads.hold(EDS, 'late');
  ads.set(cluster('late'));
  ads.set(endpoints('late', [server]));
  ads.push();
  await ads.waitForRequest(({ typeUrl, subscribe }) => typeUrl === EDS && subscribe.includes('late'));
  expect(
    ads.responses.some(({ versions, removed }) => versions.has('late') && removed.includes('late')),
  ).toBe(false);
  // The cluster is not warm without its endpoints, so its ACK is withheld.
  await expect(ads.waitForAck(NODE, CDS, 'late', undefined, { timeout: 200 })).rejects.toThrow(
    'not so after',
  );
  ads.release(EDS, 'late');
  await ads.waitForAck(NODE, CDS, 'late');
  await ads.waitForAck(NODE, EDS, 'late');
  await envoy.waitForCluster('late', ({ hosts }) => hosts.get(server.address)?.healthy === true);
  ads.set(cluster('empty'));
  ads.push();
  await ads.waitForAck(NODE, CDS, 'empty');
  await ads.waitForRemoval(NODE, EDS, 'empty');
  ads.remove(CDS, 'late');
  ads.remove(CDS, 'empty');
  ads.push();
  await ads.waitForRemoval(NODE, CDS, 'empty');
});

test('a cut stream and a control plane that was away come back without a word about what is unchanged', async () => {
  await ads.waitForNode(NODE);
  ads.forget();
  ads.disconnect(NODE);
  await ads.waitForRequest(({ typeUrl }) => typeUrl === LDS);
  ads.grpc.stop();
  await envoy.waitForStat('control_plane.connected_state', (value) => value === 0);
  await ads.grpc.reopen();
  await envoy.waitForStat('control_plane.connected_state', 1);
  const version = ads.set(tcpListener('third', 'servers', 'third'));
  ads.push();
  await ads.waitForAck(NODE, LDS, 'third', version);
  expect(ads.responses.some(({ versions }) => versions.has('mqtt') || versions.has('servers'))).toBe(false);
  ads.remove(LDS, 'third');
  ads.push();
  await ads.waitForRemoval(NODE, LDS, 'third');
});

test('HDS reports what a proxy sees of each server', async () => {
  const tidy = cleanupAfterTest();
  const doomed = tidy.own(await MqttServer.start({ host: '127.0.0.2' }));
  const specifier = any('envoy.service.health.v3.HealthCheckSpecifier', {
    interval: '0.1s',
    cluster_health_checks: [
      {
        cluster_name: 'hds',
        health_checks: [
          {
            timeout: '1s',
            interval: '0.1s',
            no_traffic_interval: '0.1s',
            unhealthy_threshold: 2,
            healthy_threshold: 1,
            tcp_health_check: {},
          },
        ],
        locality_endpoints: [
          {
            endpoints: [server, doomed].map(({ host, port }) => ({
              address: { socket_address: { address: host, port_value: port } },
            })),
          },
        ],
      },
    ],
  });
  hds.specify(encode(specifier).value);
  await hds.waitForHealth(NODE, server.address, 'HEALTHY');
  await hds.waitForHealth(NODE, doomed.address, 'HEALTHY', { cluster: 'hds' });
  const since = performance.now();
  doomed.refuse();
  const report = await hds.waitForHealth(NODE, doomed.address, 'UNHEALTHY', { since });
  expect(report.clusters.get('hds')?.get(server.address)).toBe('HEALTHY');
});

test('Envoy inside a network reaches the servers of it and the control plane outside', async ({ skip }) => {
  const { available, reason } = await networksAvailable();
  skip(!available, reason);
  const tidy = cleanupAfterTest();
  const network = tidy.own(await createNetwork());
  const inside = tidy.own(await ServerProcess.start({ kind: 'mqtt', netns: network }));
  const control = tidy.own(new AdsServer());
  const port = await control.listen({ host: network.outerAddress });
  control.set(cluster('servers'));
  control.set(endpoints('servers', [inside]));
  control.set(tcpListener('mqtt', 'servers', 'devices', 0, network.innerAddress));
  const controlPlanes = [{ host: network.outerAddress, port }];
  const json = bootstrap({ id: 'inside', workers: 1, controlPlanes, healthDiscovery: false });
  const proxy = tidy.own(await startEnvoy({ bootstrap: json, netns: network }));
  await proxy.ready();
  const listener = await proxy.waitForListener('mqtt');
  const device = tidy.own(await MqttDevice.connect({ ...listener, clientId: 'd1' }));
  await network.dropPacketsTo(inside.host);
  await device.publish('echo', 'lost for now');
  // Envoy and the server share the namespace: dropping holds between them as well.
  await expect(device.waitForPacket(({ cmd }) => cmd === 'publish', { timeout: 300 })).rejects.toThrow(
    'not so',
  );
  await network.restorePackets(inside.host);
  await device.waitForPacket(({ cmd }) => cmd === 'publish');
}, 30_000);

test('an Envoy that cannot start says why, and one that is frozen is ended all the same', async () => {
  const tidy = cleanupAfterTest();
  const failing = startEnvoy({ bootstrap: { static_resources: { clusters: [{ no_such_field: 1 }] } } });
  await expect(failing).rejects.toThrow(/no_such_field/);
  const frozen = tidy.own(await startEnvoy({ bootstrap: {}, logLevel: 'info' }));
  await frozen.ready();
  await frozen.waitForLog(/all dependencies initialized/);
  frozen.kill('SIGSTOP');
  await frozen.stop();
  expect(frozen.exit).toEqual({ code: null, signal: 'SIGKILL' });
  await expect(frozen.stats()).rejects.toThrow('has ended (SIGKILL)');
}, 30_000);

test('stop leaves neither process nor port behind', async () => {
  const proxy = await startEnvoy({ bootstrap: {} });
  await proxy.ready();
  const { pid, adminPort } = proxy;
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  await proxy.stop();
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  await expect(RawDevice.connect({ port: adminPort })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(proxy.exit?.code).toBe(0);
  await proxy.stop();
});
