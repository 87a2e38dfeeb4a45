/**
 * What closes live connections: a change of their listener. The device listeners are frozen for this reason, and what
 * has to change travels by EDS, RDS and ECDS (see live-connections.test.ts).
 */
import { expect, it } from 'vitest';
import * as resources from '../../control-plane/resources/index.ts';
import type { ListenerResource } from '../../control-plane/resources/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import { cleanupAfterAll } from '../harness/cleanup-hooks.ts';
import { MqttDevice } from '../harness/mqtt-device.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { startTestbed } from '../harness/testbed.ts';
import { WebSocketDevice } from '../harness/websocket-device.ts';
import { WebSocketServerUpstream } from '../harness/websocket-server.ts';

/** `--drain-time-s` of the proxy. */
const DRAIN_S = 2;

const cleanup = cleanupAfterAll();
const mqtt = cleanup.own(await MqttServer.start());
const websocket = cleanup.own(await WebSocketServerUpstream.start());
const bed = cleanup.own(
  await startTestbed({
    servers: [{ id: 'a', host: '127.0.0.1', mqtt: mqtt.port, websocket: websocket.port }],
    envoy: { drainTimeS: DRAIN_S },
  }),
);
const NODE = bed.nodeId(0);

const tcp = resources.tcpListener({ name: 'mqtt', address: '127.0.0.1', port: 0 });
const http = resources.websocketListener({
  name: 'websocket',
  address: '127.0.0.2',
  port: 0,
  routeName: 'devices',
});

async function connect() {
  const [envoy] = bed.proxies;
  const atMqtt = await envoy?.waitForListener('mqtt');
  const atWebsocket = await envoy?.waitForListener('websocket');
  if (atMqtt === undefined || atWebsocket === undefined) throw new Error('no proxy');
  return {
    device: cleanup.own(await MqttDevice.connect({ ...atMqtt, username: 'acme' })),
    socket: cleanup.own(await WebSocketDevice.connect({ ...atWebsocket, path: '/acme' })),
  };
}

type Devices = Awaited<ReturnType<typeof connect>>;

/** Both must end, not before the drain time is nearly over and not much later; `since` is the time of the push. */
async function expectClosed({ device, socket }: Devices, what: string, since: number): Promise<void> {
  const after = (): number => performance.now() - since;
  const [how, tcpTook, { code }, wsTook] = await Promise.all([
    device.waitForRemoteEnd(),
    device.waitForRemoteEnd().then(after),
    socket.waitForClose(),
    socket.waitForClose().then(after),
  ]);
  console.log(
    `measured: ${what}, drain time ${DRAIN_S} s: TCP closed (${how}) after ${tcpTook.toFixed(0)} ms, WebSocket (${code}) after ${wsTook.toFixed(0)} ms`,
  );
  expect(how).toBe('fin');
  // No Close frame: Envoy ends a WebSocket without a word.
  expect(code).toBe(1006);
  for (const took of [tcpTook, wsTook]) {
    expect(took).toBeGreaterThan((DRAIN_S * 1000) / 2);
    expect(took).toBeLessThan(DRAIN_S * 10_000);
  }
}

async function pushListeners(...listeners: ListenerResource[]): Promise<number> {
  for (const listener of listeners) bed.set(TYPE_URLS.LDS, listener.name ?? '', listener);
  const start = performance.now();
  bed.ads.push();
  for (const { name } of listeners) await bed.acknowledged(TYPE_URLS.LDS, name ?? '');
  return start;
}

it('the same listeners sent again close nothing', async () => {
  const devices = await connect();
  await pushListeners(tcp, http);
  await expect(devices.device.waitForRemoteEnd({ timeout: 3_000 })).rejects.toThrow('not so after');
  await devices.device.roundTrip('still here');
  expect(devices.socket.closeCode).toBeUndefined();
});

it("a change to the connections' own filter chain closes them when the drain time is over", async () => {
  const devices = await connect();
  const withLog = { accessLogPath: '/dev/null' };
  const since = await pushListeners(
    resources.tcpListener({ name: 'mqtt', address: '127.0.0.1', port: 0, ...withLog }),
    resources.websocketListener({
      name: 'websocket',
      address: '127.0.0.2',
      port: 0,
      routeName: 'devices',
      ...withLog,
    }),
  );
  await expectClosed(devices, 'own filter chain changed', since);
  await (await connect()).device.roundTrip('new');
});

it('a change to a field of the listener closes them when the drain time is over', async () => {
  const devices = await connect();
  const field = { per_connection_buffer_limit_bytes: 65536 };
  const since = await pushListeners({ ...tcp, ...field }, { ...http, ...field });
  await expectClosed(devices, 'a field of the listener changed', since);
  await (await connect()).device.roundTrip('new');
});

it('the removal of the listener closes them when the drain time is over', async () => {
  const devices = await connect();
  for (const name of ['mqtt', 'websocket']) bed.ads.remove(TYPE_URLS.LDS, name);
  const since = performance.now();
  bed.ads.push();
  for (const name of ['mqtt', 'websocket']) await bed.ads.waitForRemoval(NODE, TYPE_URLS.LDS, name);
  await expectClosed(devices, 'listener removed', since);
});
