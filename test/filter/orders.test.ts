/** Close orders and heal orders through real Envoys: who is named goes, once; nobody else notices. */
import { describe, expect, it } from 'vitest';
import { networkPlugin } from '../../control-plane/resources/index.ts';
import { slotOf } from '../../control-plane/placement/slot.ts';
import {
  encodeAssignment,
  type HealOrderMessage,
  type OrdersMessage,
} from '../../protocol-filters/wire/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { RawDevice, upgradeRequestBytes } from '../harness/device.ts';
import { mqttConnectBytes, MqttDevice } from '../harness/mqtt-device.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { ServerProcess } from '../harness/server-process.ts';
import { evenSlots, startTestbed, type Testbed } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';
import { WebSocketDevice } from '../harness/websocket-device.ts';
import { WebSocketServerUpstream } from '../harness/websocket-server.ts';

const IDS = ['a', 'b', 'c'];
const slot = slotOf('acme');
const home = slot % 3;
const HOME = IDS[home] ?? '';
/** An organization of the next server. */
const other =
  ['globex', 'initech', 'hooli', 'umbrella'].find((name) => slotOf(name) % 3 === (home + 1) % 3) ?? '';

/** A counter of draining, over all proxies or in one. */
async function drained(bed: Testbed, name: string, proxies = bed.proxies): Promise<number> {
  const values = await Promise.all(proxies.map((proxy) => proxy.counter(`wasmcustom.cohort.drain.${name}`)));
  return values.reduce((sum, value) => sum + value, 0);
}

async function inProcess(cleanup: Cleanup, id: string) {
  const mqtt = cleanup.own(await MqttServer.start());
  const websocket = cleanup.own(await WebSocketServerUpstream.start());
  return { id, host: '127.0.0.1', mqtt: mqtt.port, websocket: websocket.port, servers: { mqtt, websocket } };
}

describe('a close order', () => {
  it('closes what sits on a frozen server, through the proxies that it names', async () => {
    const cleanup = cleanupAfterTest();
    const mqtt = cleanup.own(await ServerProcess.start({ kind: 'mqtt' }));
    const websocket = cleanup.own(await ServerProcess.start({ kind: 'websocket' }));
    const servers = [];
    for (const id of IDS) {
      const frozen = { id, host: '127.0.0.1', mqtt: mqtt.port, websocket: websocket.port };
      servers.push(id === HOME ? frozen : await inProcess(cleanup, id));
    }
    const bed = cleanup.own(await startTestbed({ servers, proxies: 2 }));
    const connect = async (proxy: number, organization: string): Promise<[MqttDevice, WebSocketDevice]> => [
      cleanup.own(
        await MqttDevice.connect({ ...bed.mqtt(proxy), username: `${organization}/1`, version: 5 }),
      ),
      cleanup.own(await WebSocketDevice.connect({ ...bed.websocket(proxy), path: `/${organization}` })),
    ];
    const [named, elsewhere, unnamed] = [
      await connect(0, 'acme'),
      await connect(0, other),
      await connect(1, 'acme'),
    ];
    mqtt.freeze();
    websocket.freeze();
    // The kernel still takes connections for it; nobody answers on them.
    const upstreams = (kind: string): string => `cluster.servers_${kind}.upstream_cx_total`;
    const before = await Promise.all(
      ['mqtt', 'websocket'].map((kind) => bed.proxies[0]!.counter(upstreams(kind))),
    );
    const silentMqtt = cleanup.own(await RawDevice.connect(bed.mqtt(0)));
    await silentMqtt.send(mqttConnectBytes({ username: 'acme/2' }));
    const silentWebSocket = cleanup.own(await RawDevice.connect(bed.websocket(0)));
    await silentWebSocket.send(upgradeRequestBytes({ path: '/acme' }));
    await bed.proxies[0]!.waitForStat(upstreams('mqtt'), before[0]! + 1);
    await bed.proxies[0]!.waitForStat(upstreams('websocket'), before[1]! + 1);

    const orders = { close: [{ issued: 2n, server: HOME, proxies: [bed.nodeId(0)] }], heal: [] };
    const started = performance.now();
    const ends: Promise<unknown>[] = [
      named[0].waitForRemoteEnd(),
      silentMqtt.waitForRemoteEnd(),
      named[1].waitForClose(),
      silentWebSocket.waitForRemoteEnd(),
    ];
    const closed = Promise.all(
      ends.map((end) => end.then(() => `${Math.round(performance.now() - started)} ms`)),
    );
    await bed.assign({ version: 2, orders });
    const times = await closed;
    console.log(
      `closed after the order was sent: MQTT ${times[0]} and ${times[1]}, WebSocket ${times[2]} and ${times[3]}`,
    );
    await waitFor(async () => (await drained(bed, 'dead_server')) === 4, {
      what: 'four closes to be counted',
    });

    await elsewhere[0].roundTrip('not touched');
    await elsewhere[1].send('not touched');
    await elsewhere[1].waitForMessage((data) => data.toString() === 'not touched');
    mqtt.thaw();
    websocket.thaw();
    await unnamed[0].roundTrip('through another proxy');
    await unnamed[1].send('through another proxy');
    await unnamed[1].waitForMessage((data) => data.toString() === 'through another proxy');
    expect(await drained(bed, 'dead_server')).toBe(4);
    expect(await drained(bed, 'dead_server', [bed.proxies[1]!])).toBe(0);
  });
});

it('a close order counts once a connection that lingers because its device does not read', async () => {
  const cleanup = cleanupAfterTest();
  const servers = await Promise.all(IDS.map((id) => inProcess(cleanup, id)));
  const bed = cleanup.own(await startTestbed({ servers }));
  const proxy = bed.proxies[0]!;
  const at = servers[home]!.servers.mqtt;
  const device = cleanup.own(
    await MqttDevice.connect({ ...bed.mqtt(), username: 'acme/1', clientId: 'deaf' }),
  );
  device.pause();
  const connection = await at.waitForClient('deaf');
  connection.publish('t', Buffer.alloc(32 * 1024 * 1024, 'x'));
  await proxy.waitForStat('tcp.mqtt.downstream_cx_tx_bytes_buffered', 1);
  await bed.assign({ version: 2, orders: { close: [{ issued: 2n, server: HOME, proxies: [] }], heal: [] } });
  await waitFor(async () => (await drained(bed, 'dead_server')) >= 1, { what: 'the close to be counted' });
  // Others that arrive while the order is fresh: the filter has looked at every connection once more for each.
  for (const clientId of ['late', 'later']) {
    const late = cleanup.own(await MqttDevice.connect({ ...bed.mqtt(), username: 'acme/2', clientId }));
    await late.waitForRemoteEnd();
  }
  expect(await proxy.counter('tcp.mqtt.downstream_cx_tx_bytes_buffered')).toBeGreaterThan(0);
  expect(await drained(bed, 'dead_server')).toBe(3);
});

describe('a heal order', () => {
  it('sends devices home from a fallback, each in its words, and leaves alone who comes back there', async () => {
    const cleanup = cleanupAfterTest();
    const servers = await Promise.all(IDS.map((id) => inProcess(cleanup, id)));
    const bed = cleanup.own(await startTestbed({ servers }));
    const proxy = bed.proxies[0]!;
    const present = async (health: 'HEALTHY' | 'UNHEALTHY'): Promise<void> => {
      await bed.serve(servers.map((server) => (server.id === HOME ? { ...server, health } : server)));
      for (const kind of ['mqtt', 'websocket']) {
        const healthy = health === 'HEALTHY' ? 3 : 2;
        await proxy.waitForStat(`cluster.servers_${kind}.membership_healthy`, (now) => now === healthy);
      }
    };
    const connect = async (clientId: string) =>
      cleanup.own(
        await MqttDevice.connect({ ...bed.mqtt(), username: `acme/${clientId}`, clientId, version: 5 }),
      );
    const whereIs = (clientId: string) =>
      servers.find(({ servers: { mqtt } }) => mqtt.connections.some((one) => one.clientId === clientId));

    await present('UNHEALTHY');
    const device = await connect('first');
    const socket = cleanup.own(await WebSocketDevice.connect({ ...bed.websocket(), path: '/acme' }));
    const bystander = cleanup.own(
      await MqttDevice.connect({ ...bed.mqtt(), username: `${other}/1`, clientId: 'bystander', version: 5 }),
    );
    const from = whereIs('first')!;
    expect(from.id).not.toBe(HOME);
    expect(from.servers.websocket.sessions.length).toBe(1);
    await present('HEALTHY');
    from.servers.mqtt.serverPings(50);
    from.servers.websocket.serverPings(50);

    // One for another proxy, and one from another server: nothing happens.
    const order = (change: Partial<HealOrderMessage>): OrdersMessage => ({
      close: [],
      heal: [{ issued: 2n, from: from.id, proxies: [], slots: [slot], organizations: [], ...change }],
    });
    const strangers = [...order({ proxies: ['proxy-9'] }).heal, ...order({ from: HOME }).heal];
    await bed.assign({ version: 2, orders: { close: [], heal: strangers } });
    await device.roundTrip('still here');
    expect(await drained(bed, 'ordered_home')).toBe(0);

    await bed.assign({ version: 3, orders: order({ issued: 3n, proxies: [bed.nodeId(0)] }) });
    expect(await device.waitForPacket(({ cmd }) => cmd === 'disconnect')).toMatchObject({ reasonCode: 0x9c });
    device.end();
    expect((await socket.waitForClose()).code).toBe(1012);
    await connect('second');
    expect(whereIs('second')?.id).toBe(HOME);
    await waitFor(async () => (await drained(bed, 'ended')) === 2, { what: 'both drains to have ended' });

    // It has to go to the fallback once more, while the order is still in force, and is sent again.
    await present('UNHEALTHY');
    const again = await connect('third');
    expect(whereIs('third')?.id).toBe(from.id);
    await present('HEALTHY');
    await bed.assign({ version: 4, orders: order({ issued: 3n, proxies: [bed.nodeId(0)] }) });
    await waitFor(
      () => again.packets.filter(({ cmd }) => cmd === 'pingresp' || cmd === 'publish').length >= 10,
      {
        what: 'ten packets after the order, none of them a redirect',
      },
    );
    await again.roundTrip('left alone');
    await bystander.roundTrip('not touched');
    const counts = await Promise.all(
      ['ordered_home', 'redirected', 'ended', 'closed', 'dead_server'].map((name) => drained(bed, name)),
    );
    expect(counts).toEqual([2, 2, 2, 0, 0]);
    // A new order is another matter.
    await bed.assign({ version: 5, orders: order({ issued: 5n }) });
    expect(await again.waitForPacket(({ cmd }) => cmd === 'disconnect')).toMatchObject({ reasonCode: 0x9c });
  });
});

describe('malformed orders', () => {
  const base = { epoch: 1, version: 9, servers: IDS, slots: evenSlots(3) };
  const heal = { issued: 9n, from: 'a', proxies: [], slots: [], organizations: [] };

  it('are refused, and the assignment before goes on', async () => {
    const cleanup = cleanupAfterTest();
    const servers = await Promise.all(IDS.map((id) => inProcess(cleanup, id)));
    const bed = cleanup.own(await startTestbed({ servers }));
    const device = cleanup.own(await MqttDevice.connect({ ...bed.mqtt(), username: 'acme/1' }));
    const bad: OrdersMessage[] = [
      { close: [], heal: [{ ...heal, slots: [16_384] }] },
      { close: [{ issued: 9n, server: 'a', proxies: ['p'.repeat(257)] }], heal: [] },
      { close: [{ issued: 9n, server: '', proxies: [] }], heal: [] },
    ];
    for (const orders of bad) {
      const configuration = encodeAssignment({ ...base, orders });
      const plugin = { name: 'assignment', rootId: 'assignment', code: bed.code, configuration };
      bed.set(TYPE_URLS.ECDS, 'assignment', networkPlugin(plugin));
      bed.ads.push();
      const nack = await bed.ads.waitForNack(bed.nodeId(0), TYPE_URLS.ECDS, 'assignment');
      expect(nack.message).not.toBe('');
    }
    const reasons = [
      'an order names a slot over 16383',
      "a proxy's name is empty or over 256 bytes",
      "an order's server is empty or over 128 bytes",
    ];
    for (const reason of reasons) await bed.proxies[0]!.waitForLog(`assignment refused: ${reason}`);
    await device.roundTrip('still here');
    const next = cleanup.own(await MqttDevice.connect({ ...bed.mqtt(), username: 'acme/2' }));
    await next.roundTrip('as before');
    await bed.assign({ version: 10, orders: { close: [], heal: [heal] } });
    await next.roundTrip('and with good orders');
  });
});
