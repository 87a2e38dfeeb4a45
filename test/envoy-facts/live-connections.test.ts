/** What a change of configuration or of health does to connections that are open. */
import { beforeEach, describe, expect, it } from 'vitest';
import * as resources from '../../control-plane/resources/index.ts';
import { any, type Message } from '../../envoy/resources/index.ts';
import { encodeListener } from '../../protocol-filters/wire/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import { cleanupAfterAll } from '../harness/cleanup-hooks.ts';
import { MqttDevice } from '../harness/mqtt-device.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { evenSlots, startTestbed, type BedServer } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';
import { WebSocketDevice } from '../harness/websocket-device.ts';
import { WebSocketServerUpstream } from '../harness/websocket-server.ts';

const KINDS = ['mqtt', 'websocket'] as const;
const cleanup = cleanupAfterAll();
const IDS = ['a', 'b', 'c'] as const;
const mqtt: MqttServer[] = [];
const websocket: WebSocketServerUpstream[] = [];
for (const _ of IDS) {
  mqtt.push(cleanup.own(await MqttServer.start()));
  websocket.push(cleanup.own(await WebSocketServerUpstream.start()));
}
const SERVERS: BedServer[] = IDS.map((id, i) => ({
  id,
  host: '127.0.0.1',
  mqtt: mqtt[i]?.port ?? 0,
  websocket: websocket[i]?.port ?? 0,
}));
// Every organization is server a's.
const toFirst = new Uint16Array(16384).fill(0);
const bed = cleanup.own(await startTestbed({ servers: SERVERS, assignment: { slots: toFirst } }));
const [envoy] = bed.proxies;
const NODE = bed.nodeId(0);

let devices: { tcp: MqttDevice; ws: WebSocketDevice };
let count = 0;
const connect = async () => ({
  tcp: cleanup.own(await MqttDevice.connect({ ...bed.mqtt(), username: 'acme', clientId: `d${++count}` })),
  ws: cleanup.own(await WebSocketDevice.connect({ ...bed.websocket(), path: `/acme/d${count}` })),
});

/** Both devices exchange a message with server a, on the connections that they had. */
async function exchange({ tcp, ws } = devices): Promise<void> {
  const accepted = [mqtt[0]?.connections, websocket[0]?.sessions].map((list) => list?.length);
  const text = `message ${++count}`;
  await tcp.roundTrip(text);
  await ws.send(text);
  await ws.waitForMessage((data) => data.toString() === text);
  expect(mqtt[0]?.live.some(({ publishes }) => publishes.at(-1)?.payload.toString() === text)).toBe(true);
  expect(websocket[0]?.live.some(({ messages }) => messages.at(-1)?.data.toString() === text)).toBe(true);
  // Health checks come on connections of their own; these two had none but the device's first.
  expect(websocket[0]?.sessions.length).toBe(accepted[1]);
  expect([tcp.ended, tcp.closed, ws.closeCode]).toEqual([false, false, undefined]);
}

const listeners = {
  mqtt: resources.tcpListener({ name: 'mqtt', address: '127.0.0.1', port: 0 }),
  websocket: resources.websocketListener({
    name: 'websocket',
    address: '127.0.0.2',
    port: 0,
    routeName: 'devices',
  }),
};

/** A filter chain for clients that there are none of. */
function chainTo(cluster: string): Message<'envoy.config.listener.v3.FilterChain'> {
  const proxy = any('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', { stat_prefix: 'x', cluster });
  return {
    filter_chain_match: { source_prefix_ranges: [{ address_prefix: '192.0.2.0', prefix_len: 24 }] },
    filters: [{ name: 'tcp', typed_config: proxy }],
  };
}

const change = (id: string, health: NonNullable<BedServer['health']>): BedServer[] =>
  SERVERS.map((server) => (server.id === id ? { ...server, health } : server));

async function hostsOf(kind: string) {
  const hosts = (await envoy?.clusters())?.get(`servers_${kind}`)?.hosts;
  return hosts ?? new Map<string, never>();
}

/** Sends everything that was set, and waits until the proxy has this. */
async function pushed(typeUrl: string, ...names: string[]): Promise<void> {
  bed.ads.push();
  for (const name of names) await bed.acknowledged(typeUrl, name);
}

beforeEach(async () => {
  devices = await connect();
  await exchange();
});

describe('live TCP and WebSocket connections survive', () => {
  it.each([
    ['UNHEALTHY', change('a', 'UNHEALTHY')],
    ['DRAINING', change('a', 'DRAINING')],
  ])('their server being %s by EDS, while new devices go elsewhere', async (health, servers) => {
    await bed.serve(servers);
    for (const kind of KINDS) {
      await waitFor(
        async () => [...(await hostsOf(kind)).values()].some(({ edsHealth }) => edsHealth === health),
        { what: `a server to be ${health}` },
      );
    }
    await exchange();
    const before = [mqtt[0]?.accepted, websocket[0]?.accepted];
    const others = await connect();
    await others.tcp.roundTrip('elsewhere');
    expect(mqtt[0]?.connections.some(({ clientId }) => clientId === `d${count}`)).toBe(false);
    expect(websocket[0]?.accepted).toBe(before[1]);
    await exchange();
    await bed.serve(SERVERS);
  });

  it('a server joining by EDS, and another leaving', async () => {
    await bed.serve(SERVERS.slice(0, 1));
    await exchange();
    await bed.serve(SERVERS);
    await exchange();
  });

  it('their own server being removed from EDS', async () => {
    await bed.serve(SERVERS.slice(1));
    await exchange();
    await bed.serve(SERVERS);
  });

  it('another cluster coming, changing and going', async () => {
    for (const size of [64, 128]) {
      bed.set(
        TYPE_URLS.CDS,
        'another',
        resources.serverCluster({ name: 'another', healthCheck: 'tcp', minimumRingSize: size }),
      );
      bed.set(TYPE_URLS.EDS, 'another', resources.serverEndpoints('another', []));
      await pushed(TYPE_URLS.CDS, 'another');
      await exchange();
    }
    bed.ads.remove(TYPE_URLS.CDS, 'another');
    bed.ads.push();
    await bed.ads.waitForRemoval(NODE, TYPE_URLS.CDS, 'another');
    await exchange();
  });

  it('a change of the server cluster itself', async () => {
    const updated = (await envoy?.counter('cluster_manager.cluster_modified')) ?? 0;
    for (const kind of KINDS) {
      const cluster = resources.serverCluster({ name: `servers_${kind}`, healthCheck: 'tcp' });
      bed.set(TYPE_URLS.CDS, `servers_${kind}`, { ...cluster, connect_timeout: '2s' });
      bed.setEndpoints();
    }
    await pushed(TYPE_URLS.CDS, 'servers_mqtt', 'servers_websocket');
    await envoy?.waitForStat('cluster_manager.cluster_modified', updated + 2);
    await envoy?.waitForStat('cluster_manager.warming_clusters', (value) => value === 0);
    await exchange();
  });

  it('the removal of the server cluster', async () => {
    const clusters = KINDS.map((kind) =>
      resources.serverCluster({ name: `servers_${kind}`, healthCheck: 'tcp' }),
    );
    for (const { name } of clusters) bed.ads.remove(TYPE_URLS.CDS, name ?? '');
    bed.ads.push();
    for (const { name } of clusters) await bed.ads.waitForRemoval(NODE, TYPE_URLS.CDS, name ?? '');
    expect([...((await envoy?.clusters())?.keys() ?? [])]).toEqual(['xds']);
    await exchange();
    for (const cluster of clusters) bed.set(TYPE_URLS.CDS, cluster.name ?? '', cluster);
    bed.setEndpoints();
    await pushed(TYPE_URLS.CDS, 'servers_mqtt', 'servers_websocket');
    for (const kind of KINDS) {
      await envoy?.waitForCluster(
        `servers_${kind}`,
        ({ hosts }) => hosts.size === 3 && [...hosts.values()].every(({ healthy }) => healthy),
      );
    }
    await exchange();
  });

  it('a change of the routes (RDS)', async () => {
    const routes = resources.deviceRoutes('devices');
    const [host] = routes.virtual_hosts ?? [];
    if (host === undefined) throw new Error('no virtual host');
    bed.set(TYPE_URLS.RDS, 'devices', { ...routes, virtual_hosts: [{ ...host, name: 'renamed' }] });
    await pushed(TYPE_URLS.RDS, 'devices');
    await exchange();
    // Even one that takes the connection's route away.
    bed.set(TYPE_URLS.RDS, 'devices', { ...routes, virtual_hosts: [] });
    await pushed(TYPE_URLS.RDS, 'devices');
    await exchange();
    bed.set(TYPE_URLS.RDS, 'devices', routes);
    await pushed(TYPE_URLS.RDS, 'devices');
  });

  it('another filter chain of their listeners coming, changing and going (LDS)', async () => {
    for (const cluster of ['one', 'two', undefined]) {
      for (const [name, listener] of Object.entries(listeners)) {
        const chains = [
          ...(listener.filter_chains ?? []),
          ...(cluster === undefined ? [] : [chainTo(cluster)]),
        ];
        bed.set(TYPE_URLS.LDS, name, { ...listener, filter_chains: chains });
      }
      await pushed(TYPE_URLS.LDS, 'mqtt', 'websocket');
      // Nobody hangs on a chain that went, so it is gone as soon as it has drained.
      await envoy?.waitForStat('listener_manager.total_filter_chains_draining', (value) => value === 0);
      await exchange();
    }
  });

  it('another assignment (ECDS), even one that gives their organization to another server', async () => {
    await bed.assign({ slots: evenSlots(3) });
    await exchange();
    await bed.assign({ slots: new Uint16Array(16384).fill(1) });
    await exchange();
    await bed.assign({ slots: toFirst });
  });

  it("another configuration of the device listeners' plugins (ECDS)", async () => {
    const configuration = (name: 'mqtt' | 'websocket') =>
      encodeListener({
        name,
        protocol: name === 'mqtt' ? 'MQTT' : 'WEBSOCKET',
        cluster: `servers_${name}`,
        sources: [name === 'mqtt' ? { field: 'MQTT_USER_NAME' } : { field: 'HTTP_PATH_SEGMENT', segment: 0 }],
        firstMessageTimeoutMs: 7_000,
      });
    for (const name of KINDS) {
      const plugin = name === 'mqtt' ? resources.networkPlugin : resources.httpPlugin;
      const options = { name, rootId: name, code: bed.code, configuration: configuration(name) };
      bed.set(TYPE_URLS.ECDS, name, plugin(options));
    }
    await pushed(TYPE_URLS.ECDS, 'mqtt', 'websocket');
    await exchange();
    await exchange(await connect());
  });
});

describe('by health', () => {
  it('connections to a server that fails its active checks stay', async () => {
    for (const server of [mqtt[0], websocket[0]]) server?.refuse();
    for (const kind of KINDS) {
      await waitFor(
        async () =>
          [...(await hostsOf(kind)).values()].some(({ flags }) =>
            flags.includes('failed_active_health_check'),
          ),
        { what: `server a to fail its checks in servers_${kind}` },
      );
    }
    await exchange();
    for (const server of [mqtt[0], websocket[0]]) await server?.reopen();
    for (const kind of KINDS) {
      await envoy?.waitForStat(`cluster.servers_${kind}.membership_healthy`, 3);
    }
    await exchange();
  });
});
