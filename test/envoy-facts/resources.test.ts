/** What the builders of control-plane/resources make, given to a real Envoy. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import {
  assignmentListener,
  deviceRoutes,
  healthChecks,
  httpPlugin,
  networkPlugin,
  serverCluster,
  serverEndpoints,
  tcpListener,
  websocketListener,
} from '../../control-plane/resources/index.ts';
import { bootstrap } from '../../envoy/bootstrap.ts';
import { any, encode, type AnyResource } from '../../envoy/resources/index.ts';
import { AdsServer, TYPE_URLS, type AdsResource } from '../harness/ads.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { RawDevice } from '../harness/device.ts';
import { startEnvoy, type Envoy } from '../harness/envoy.ts';
import { HdsServer } from '../harness/hds.ts';
import { AedesBroker, MqttServer } from '../harness/mqtt-server.ts';
import { EchoServer } from '../harness/server.ts';
import { WebSocketDevice } from '../harness/websocket-device.ts';
import { WebSocketServerUpstream } from '../harness/websocket-server.ts';

const NODE = 'proxy-1';

/** A module that does nothing: `proxy_abi_version_0_2_1`, `malloc` and a memory. */
const FILTER = {
  code: Buffer.from(
    'AGFzbQEAAAABCQJgAABgAX8BfwMDAgABBQMBAAEHLQMGbWVtb3J5AgAXcHJveHlfYWJpX3ZlcnNpb25fMF8yXzEAAAZtYWxsb2MAAQoKAgIACwUAQYAICw==',
    'base64',
  ),
  generation: '1',
};

function asAds(resource: AnyResource): AdsResource {
  const { name, cluster_name: cluster } = resource as { name?: string; cluster_name?: string };
  return { name: name ?? cluster ?? '', typeUrl: resource['@type'], any: encode(resource) };
}

async function proxy(cleanup: Cleanup, resources: AnyResource[]) {
  const ads = new AdsServer();
  const hds = new HdsServer(ads.grpc);
  await ads.listen();
  cleanup.own(ads.grpc);
  for (const resource of resources) ads.set(asAds(resource));
  const controlPlanes = [{ host: '127.0.0.1', port: ads.port }];
  const envoy = cleanup.own(
    await startEnvoy({ bootstrap: bootstrap({ id: NODE, workers: 1, controlPlanes }) }),
  );
  return { ads, hds, envoy };
}

/** A WebSocket listener without a filter and without removal of routing headers: the device plays the filter. */
function openListener(): AnyResource {
  const http = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
  return any('envoy.config.listener.v3.Listener', {
    name: 'open',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [
      {
        filters: [
          {
            name: 'http',
            typed_config: any(http, {
              stat_prefix: 'open',
              rds: { route_config_name: 'devices', config_source: { ads: {}, resource_api_version: 'V3' } },
              upgrade_configs: [{ upgrade_type: 'websocket' }],
              http_filters: [
                {
                  name: 'key',
                  typed_config: any('envoy.extensions.filters.http.set_filter_state.v3.Config', {
                    on_request_headers: [
                      {
                        object_key: 'envoy.hashable_string',
                        format_string: { text_format_source: { inline_string: '%REQ(x-hash-key)%' } },
                      },
                    ],
                  }),
                },
                { name: 'router', typed_config: any('envoy.extensions.filters.http.router.v3.Router', {}) },
              ],
            }),
          },
        ],
      },
    ],
  });
}

const at = (server: { host: string; port: number }, id: string) => ({
  id,
  address: server.host,
  port: server.port,
});

async function portOf(envoy: Envoy, listener: string): Promise<number> {
  return (await envoy.waitForListener(listener)).port;
}

test('a proxy acknowledges everything that the builders make', async () => {
  const cleanup = cleanupAfterTest();
  const configuration = Buffer.from('{}');
  const plugin = { rootId: 'root', code: FILTER, configuration };
  const resources = [
    serverCluster({ name: 'mqtt', healthCheck: 'mqtt' }),
    serverCluster({ name: 'websocket', healthCheck: 'websocket' }),
    serverCluster({ name: 'tcp', healthCheck: 'tcp', minimumRingSize: 1024 }),
    serverEndpoints('mqtt', []),
    serverEndpoints('websocket', [{ id: 'a', address: '127.0.0.1', port: 1 }]),
    serverEndpoints('tcp', [
      { id: 'a', address: '127.0.0.1', port: 1, health: 'DRAINING' },
      { id: 'b', address: '::1', port: 1, health: 'UNHEALTHY' },
    ]),
    networkPlugin({ ...plugin, name: 'assignment' }),
    networkPlugin({ ...plugin, name: 'mqtt-devices' }),
    httpPlugin({ ...plugin, name: 'websocket-devices' }),
    assignmentListener(),
    tcpListener({ name: 'mqtt-devices', address: '127.0.0.1', port: 0, accessLogPath: '/dev/null' }),
    websocketListener({
      name: 'websocket-devices',
      address: '127.0.0.1',
      port: 0,
      routeName: 'devices',
      accessLogPath: '/dev/null',
    }),
    deviceRoutes('devices'),
  ];
  const { ads, envoy } = await proxy(cleanup, resources);
  for (const resource of resources) await ads.waitForAck(NODE, resource['@type'], asAds(resource).name);
  await envoy.ready();
  expect(ads.nacks).toEqual([]);
  // The VM that others are made from, the main thread's and the worker's, however many plugins there are.
  expect(await envoy.counter('wasm.envoy.wasm.runtime.v8.active')).toBe(3);

  // This filter names no cluster, so nothing may be served.
  const device = cleanup.own(await RawDevice.connect({ port: await portOf(envoy, 'mqtt-devices') }));
  device.socket.write('hello');
  await device.waitForEnd();
  expect(device.received.length).toBe(0);
  const refused = WebSocketDevice.connect({
    port: await portOf(envoy, 'websocket-devices'),
    headers: { 'x-cohort-cluster': 'websocket' },
  });
  await expect(refused).rejects.toThrow('503');
  expect(envoy.log()).toEqual([]);
});

test('a device listener stays shut until its plugin has come', async () => {
  const cleanup = cleanupAfterTest();
  const { ads, envoy } = await proxy(cleanup, []);
  await envoy.ready();
  ads.set(asAds(tcpListener({ name: 'late', address: '127.0.0.1', port: 0 })));
  ads.push();
  await ads.waitForRequest(
    ({ typeUrl, subscribe }) => typeUrl === TYPE_URLS.ECDS && subscribe.includes('late'),
  );
  await envoy.waitForStat('listener_manager.total_listeners_warming', 1);
  expect((await envoy.listeners()).has('late')).toBe(false);
  ads.set(
    asAds(networkPlugin({ name: 'late', rootId: 'root', code: FILTER, configuration: Buffer.from('') })),
  );
  ads.push();
  await envoy.waitForListener('late');
});

test('MQTT checks: any CONNACK is alive, silence is not', async () => {
  const cleanup = cleanupAfterTest();
  const broker = cleanup.own(await AedesBroker.start());
  const refusing = cleanup.own(await MqttServer.start({ connackCode: 5 }));
  const silent = cleanup.own(await EchoServer.start({ answer: () => undefined }));
  const { envoy } = await proxy(cleanup, [
    serverCluster({ name: 'mqtt', healthCheck: 'mqtt' }),
    serverEndpoints('mqtt', [at(broker, 'broker'), at(refusing, 'refusing'), at(silent, 'silent')]),
  ]);
  await envoy.waitForStat('cluster.mqtt.health_check.attempt', 12);
  const { hosts } = await envoy.waitForCluster('mqtt', (cluster) => {
    const healthy = [...cluster.hosts.values()].filter((host) => host.healthy).length;
    return healthy === 2;
  });
  expect(hosts.get(broker.address)?.healthy).toBe(true);
  expect(hosts.get(refusing.address)?.healthy).toBe(true);
  expect(hosts.get(silent.address)?.flags).toContain('failed_active_health_check');
  expect(refusing.connections[0]?.connect).toMatchObject({ clientId: '', clean: true, protocolVersion: 4 });
});

test('WebSocket checks: any HTTP status is alive, silence is not', async () => {
  const cleanup = cleanupAfterTest();
  const good = cleanup.own(await WebSocketServerUpstream.start());
  const silent = cleanup.own(await EchoServer.start({ answer: () => undefined }));
  const failing = createServer((_, response) => response.writeHead(500).end());
  await new Promise<void>((resolve) => failing.listen(0, '127.0.0.1', resolve));
  cleanup.defer('the failing server', () => failing.close());
  const address = { host: '127.0.0.1', port: (failing.address() as AddressInfo).port };
  const { envoy } = await proxy(cleanup, [
    serverCluster({ name: 'websocket', healthCheck: 'websocket' }),
    serverEndpoints('websocket', [at(good, 'good'), at(address, 'failing'), at(silent, 'silent')]),
  ]);
  await envoy.waitForStat('cluster.websocket.health_check.attempt', 12);
  const { hosts } = await envoy.waitForCluster(
    'websocket',
    (cluster) => [...cluster.hosts.values()].filter((host) => host.healthy).length === 2,
  );
  expect(hosts.get(silent.address)?.flags).toContain('failed_active_health_check');
});

test('the hash key chooses the server and the routing header does not reach it', async () => {
  const cleanup = cleanupAfterTest();
  const ids = ['a', 'b', 'c', 'd'];
  const servers = await Promise.all(ids.map(() => WebSocketServerUpstream.start()));
  servers.forEach((server) => cleanup.own(server));
  const { envoy } = await proxy(cleanup, [
    serverCluster({ name: 'websocket', healthCheck: 'websocket', minimumRingSize: 1024 }),
    serverEndpoints(
      'websocket',
      servers.map((server, index) => at(server, ids[index] ?? '')),
    ),
    openListener(),
    deviceRoutes('devices'),
  ]);
  const port = await portOf(envoy, 'open');
  await envoy.waitForStat('cluster.websocket.membership_healthy', 4);
  for (const [index, id] of ids.entries()) {
    for (let k = 0; k < 16; k++) {
      const headers = {
        'x-cohort-cluster': 'websocket',
        'x-hash-key': `${id}_${k}`,
        'x-other': 'kept',
      };
      const device = await WebSocketDevice.connect({ port, path: `/${id}/${k}`, headers });
      cleanup.own(device);
      const session = await servers[index]?.waitForSession(({ url }) => url === `/${id}/${k}`);
      expect(session?.headers).toMatchObject({ 'x-other': 'kept' });
      expect(Object.keys(session?.headers ?? {}).filter((name) => name.startsWith('x-cohort'))).toEqual([]);
    }
  }
  expect(servers.map((server) => server.accepted)).toEqual([16, 16, 16, 16]);
});

test('a server is put aside for refusing connects, not for what it answers', async () => {
  const cleanup = cleanupAfterTest();
  let answered = 0;
  const failing = createServer((_, response) => response.writeHead(500).end(() => answered++));
  await new Promise<void>((resolve) => failing.listen(0, '127.0.0.1', resolve));
  cleanup.defer('the failing server', () => failing.close());
  const refusing = cleanup.own(await WebSocketServerUpstream.start());
  const { port: failingPort } = failing.address() as AddressInfo;
  const { envoy } = await proxy(cleanup, [
    serverCluster({ name: 'websocket', healthCheck: 'websocket', minimumRingSize: 1024 }),
    serverEndpoints('websocket', [
      at({ host: '127.0.0.1', port: failingPort }, 'failing'),
      at(refusing, 'refusing'),
    ]),
    openListener(),
    deviceRoutes('devices'),
  ]);
  const port = await portOf(envoy, 'open');
  await envoy.waitForStat('cluster.websocket.membership_healthy', 2);
  const get = (key: string) =>
    fetch(`http://127.0.0.1:${port}/`, {
      headers: { 'x-cohort-cluster': 'websocket', 'x-hash-key': key },
    });
  for (let i = 0; i < 10; i++) expect((await get('failing_0')).status).toBe(500);
  expect(answered).toBeGreaterThanOrEqual(10);
  expect((await envoy.clusters()).get('websocket')?.hosts.get(`127.0.0.1:${failingPort}`)?.healthy).toBe(
    true,
  );

  refusing.refuse({ destroyConnections: true });
  // The retry goes on along the ring, to the other server.
  for (let i = 0; i < 2; i++) expect((await get('refusing_0')).status).toBe(500);
  const { hosts } = await envoy.waitForCluster('websocket', (cluster) =>
    Boolean(cluster.hosts.get(refusing.address)?.flags.includes('failed_outlier_check')),
  );
  expect(hosts.get(`127.0.0.1:${failingPort}`)?.healthy).toBe(true);
});

test('HDS: the specifier is understood; none but empty clusters is no harm', async () => {
  const cleanup = cleanupAfterTest();
  const broker = cleanup.own(await AedesBroker.start());
  const silent = cleanup.own(await EchoServer.start({ answer: () => undefined }));
  const { hds, envoy } = await proxy(cleanup, []);
  const specify = (clusters: Parameters<typeof healthChecks>[0]['clusters']) =>
    hds.specify(encode(healthChecks({ clusters, reportInterval: '0.1s' })).value);
  const empty = { name: 'websocket', healthCheck: 'websocket', servers: [] } as const;
  specify([empty]);
  // With nothing to check a report is an empty message.
  await envoy.waitForStat('hds_delegate.responses', 2);
  specify([{ name: 'mqtt', healthCheck: 'mqtt', servers: [at(broker, ''), at(silent, '')] }, empty]);
  await hds.waitForHealth(NODE, broker.address, 'HEALTHY', { cluster: 'mqtt' });
  await hds.waitForHealth(NODE, silent.address, 'UNHEALTHY', { cluster: 'mqtt' });
  const requests = await envoy.counter('hds_delegate.requests');
  specify([empty]);
  await envoy.waitForStat('hds_delegate.requests', requests + 1);
  const responses = await envoy.counter('hds_delegate.responses');
  await envoy.waitForStat('hds_delegate.responses', responses + 2);
  expect(envoy.exit).toBeUndefined();
});
