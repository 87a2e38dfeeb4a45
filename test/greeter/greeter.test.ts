/** Devices whose upgrade names no organization, through a real Envoy and greeters. */
import mqtt, { type MqttClient } from 'mqtt';
import { parser, type Packet } from 'mqtt-packet';
import { beforeAll, expect, it } from 'vitest';
import { slotOf } from '../../control-plane/placement/slot.ts';
import { frame, OPCODE } from '../../greeter/frames.ts';
import { cleanupAfterAll, cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { RawDevice, upgradeRequestBytes, waitForHttpHead } from '../harness/device.ts';
import { mqttConnectBytes } from '../harness/mqtt-device.ts';
import { waitFor } from '../harness/wait.ts';
import { UpgradeRefused, WebSocketDevice } from '../harness/websocket-device.ts';
import { GreeterBed, SERVERS } from './bed.ts';

const cleanup = cleanupAfterAll();
let bed: GreeterBed;

beforeAll(async () => {
  bed = await GreeterBed.start(cleanup);
  await bed.addGreeter();
}, 120_000);

const MASK = Buffer.from([1, 2, 3, 4]);
const homeOf = (organization: string): string => SERVERS[slotOf(organization) % SERVERS.length] ?? '';

/** What the servers have heard of an organization, by server. */
function heard(organization: string): Record<string, number> {
  const count = (texts: readonly string[]): number =>
    texts.filter((text) => text.includes(organization)).length;
  return Object.fromEntries(bed.servers.map(({ id, heard: all }) => [id, count(all)]));
}

/** Heard at its own server, and nowhere else. */
function expectAtHome(organization: string, times = 1): void {
  const expected = Object.fromEntries(SERVERS.map((id) => [id, id === homeOf(organization) ? times : 0]));
  expect(heard(organization)).toEqual(expected);
}

async function connectMqtt(
  listener: string,
  username: string,
  protocolVersion: 4 | 5 = 5,
): Promise<MqttClient> {
  const client = mqtt.connect(`${bed.url(listener)}/mqtt`, {
    ...{ clientId: username.replaceAll('/', '-'), username, protocolVersion, reconnectPeriod: 0 },
  });
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
  });
  return client;
}

async function webSocket(
  listener: string,
  options: { protocols?: string[]; headers?: Record<string, string> } = {},
): Promise<WebSocketDevice> {
  const { hostname: host, port } = new URL(bed.url(listener));
  return WebSocketDevice.connect({ host, port: Number(port), path: '/mqtt', ...options });
}

function packetsIn(chunks: readonly { data: Buffer }[], protocolVersion: 4 | 5): Packet[] {
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion });
  reader.on('packet', (packet: Packet) => packets.push(packet));
  for (const { data } of chunks) reader.parse(data);
  return packets;
}

it('relays MQTT to the server of the organization that its CONNECT names, and to no other', async () => {
  const names = Array.from({ length: 8 }, (_, n) => `organization-${n}`);
  const clients = await Promise.all(names.map((name) => connectMqtt('mqtt_relay', `${name}/device`)));
  for (const [index, client] of clients.entries()) {
    const name = names[index] ?? '';
    expectAtHome(name);
    await client.subscribeAsync(`${name}/#`);
    const arrived = new Promise<string>((resolve) =>
      client.once('message', (_topic, payload) => resolve(payload.toString())),
    );
    await client.publishAsync(`${name}/x`, 'round trip');
    expect(await arrived).toBe('round trip');
    await client.endAsync(true);
  }
  expect(new Set(names.map(homeOf)).size).toBe(2);
  // What Cohort's parts say to each other stays among them.
  for (const { headers } of bed.servers.flatMap(({ upgrades }) => upgrades)) {
    expect(Object.keys(headers).filter((name) => name.startsWith('x-cohort'))).toEqual([]);
  }
});

it('an organization of any characters reaches its server', async () => {
  const name = 'Ünïcode, "quoted" & 100 %';
  const client = await connectMqtt('mqtt_relay', `${name}/device`, 4);
  expectAtHome(name);
  await client.endAsync(true);
});

it('a first message in single bytes and in several frames is held until it is whole', async () => {
  const test = cleanupAfterTest();
  const { hostname: host, port } = new URL(bed.url('mqtt_relay'));
  const device = test.own(await RawDevice.connect({ host, port: Number(port) }));
  await device.send(upgradeRequestBytes({ path: '/mqtt', headers: [['Sec-WebSocket-Protocol', 'mqtt']] }));
  const head = await waitForHttpHead(device);
  expect(head.status).toBe(101);
  expect(head.headers.get('sec-websocket-protocol')).toBe('mqtt');
  const connect = mqttConnectBytes({ clientId: 'slow', username: 'slowly/device', version: 4 });
  const frames = Buffer.concat([
    frame(OPCODE.binary, connect.subarray(0, 5), MASK),
    frame(OPCODE.binary, connect.subarray(5), MASK),
  ]);
  for (const byte of frames.subarray(0, -1)) await device.send(Buffer.from([byte]));
  expect(heard('slowly')).toEqual({ a: 0, b: 0 });
  await device.send(frames.subarray(-1));
  // CONNACK of 3.1.1 in a binary frame.
  const connack = Buffer.from([0x82, 4, 0x20, 2, 0, 0]);
  await device.waitForBytes((bytes) => bytes.includes(connack), { what: 'the CONNACK' });
  expectAtHome('slowly');
});

it('relays JSON-RPC by a pointer into its first request', async () => {
  const test = cleanupAfterTest();
  for (const organization of ['json-1', 'json-2', 'json-3']) {
    const device = test.own(await webSocket('rpc_relay'));
    await device.send(JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'hello', params: { organization } }));
    const answer = await device.waitForMessage();
    expect(JSON.parse(answer.toString())).toMatchObject({ id: 7, result: homeOf(organization) });
    expectAtHome(organization);
  }
});

it('redirects MQTT 5 by CONNACK 0x9C with a Server Reference, and no server hears of it', async () => {
  const test = cleanupAfterTest();
  const device = test.own(await webSocket('mqtt_away', { protocols: ['mqtt'] }));
  await device.send(mqttConnectBytes({ username: 'away/device', version: 5 }));
  const { code } = await device.waitForClose();
  expect(code).toBe(1012);
  // "0x9C Use another server … 0x1C Server Reference" [MQTT5 3.2.2.2, 3.2.2.3.16].
  expect(packetsIn(device.messages, 5)).toMatchObject([
    { cmd: 'connack', reasonCode: 0x9c, properties: { serverReference: 'wss://devices.example.com/away' } },
  ]);
  expect(heard('away')).toEqual({ a: 0, b: 0 });
});

it('redirects MQTT 3.1.1, which has no words for it, by the reason of the Close', async () => {
  const test = cleanupAfterTest();
  const device = test.own(await webSocket('mqtt_away', { protocols: ['mqtt'] }));
  await device.send(mqttConnectBytes({ username: 'away/device', version: 4 }));
  expect(await device.waitForClose()).toEqual({ code: 1012, reason: 'wss://devices.example.com/away' });
  expect(device.messages).toEqual([]);
});

it('redirects JSON-RPC by its notification', async () => {
  const test = cleanupAfterTest();
  const device = test.own(await webSocket('rpc_away'));
  await device.send('{"jsonrpc":"2.0","id":1,"method":"x","params":{"organization":"away"}}');
  await device.waitForClose();
  expect(device.messages.map(({ data }) => JSON.parse(data.toString()) as unknown)).toMatchObject([
    { method: 'server.redirect', params: { location: 'wss://devices.example.com/away' } },
  ]);
});

it('refuses by CONNACK who names no organization, and by Close what is no MQTT', async () => {
  const test = cleanupAfterTest();
  const nameless = test.own(await webSocket('mqtt_relay', { protocols: ['mqtt'] }));
  await nameless.send(mqttConnectBytes({ version: 5 }));
  expect((await nameless.waitForClose()).code).toBe(1008);
  expect(packetsIn(nameless.messages, 5)).toMatchObject([{ cmd: 'connack', reasonCode: 0x87 }]);
  const junk = test.own(await webSocket('mqtt_relay', { protocols: ['mqtt'] }));
  await junk.send(Buffer.from('GET / HTTP/1.1\r\n'));
  expect((await junk.waitForClose()).code).toBe(1002);
  const text = test.own(await webSocket('mqtt_relay', { protocols: ['mqtt'] }));
  await text.send('MQTT in text');
  expect((await text.waitForClose()).code).toBe(1002);
  const long = test.own(await webSocket('rpc_relay'));
  await long.send(`{"jsonrpc":"2.0","params":"${'x'.repeat(70_000)}"}`);
  expect((await long.waitForClose()).code).toBe(1009);
  const other = test.own(await webSocket('rpc_relay'));
  await other.send('{"jsonrpc":"2.0","id":1,"method":"x"}');
  expect((await other.waitForClose()).code).toBe(1008);
  expect(JSON.parse(other.messages[0]?.data.toString() ?? '')).toMatchObject({
    error: { code: -32001 },
    id: null,
  });
});

it('nobody can name an organization in the place of a greeter', async () => {
  const test = cleanupAfterTest();
  const request = (organization: string): string =>
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x', params: { organization } });
  // The header is taken off: the first message counts.
  const forged = test.own(await webSocket('rpc_relay', { headers: { 'x-cohort-organization': 'victim' } }));
  await forged.send(request('forger'));
  expect(JSON.parse((await forged.waitForMessage()).toString())).toMatchObject({ result: homeOf('forger') });
  // A word that no greeter has signed: nothing of it gets any further.
  const token = 'eyJhbGciOiJFUzI1NiIsImtpZCI6ImdyZWV0ZXItMSJ9.eyJvcmdhbml6YXRpb24iOiJ2aWN0aW0ifQ.AAAA';
  const refused = webSocket('rpc_relay', { headers: { 'x-cohort-relay': token } });
  await expect(refused).rejects.toBeInstanceOf(UpgradeRefused);
  await expect(refused).rejects.toMatchObject({ status: 401 });
  expectAtHome('forger');
});

it('a relayed device follows its organization: the redirect comes through the greeter', async () => {
  const organization = 'moving';
  const client = await connectMqtt('mqtt_relay', `${organization}/device`);
  const other = SERVERS.findIndex((id) => id !== homeOf(organization));
  const home = bed.servers.find(({ id }) => id === homeOf(organization));
  await client.subscribeAsync(`${organization}/#`);
  const told = new Promise<number | undefined>((resolve) =>
    client.once('disconnect', ({ reasonCode }) => resolve(reasonCode)),
  );
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  const pins = new Map([[organization, other]]);
  await bed.bed.assign({ version: 2, tableVersion: 2, drainUpTo: 1, pins });
  await bed.bed.assign({ version: 3, tableVersion: 2, drainUpTo: 2, pins });
  const news = setInterval(() => home?.publish(organization, 'news'), 100);
  try {
    expect(await told).toBe(0x9c);
    await closed;
  } finally {
    clearInterval(news);
  }
  const again = await connectMqtt('mqtt_relay', `${organization}/device`);
  expect(heard(organization)).toEqual({ a: 1, b: 1 });
  await again.endAsync(true);
});

it('a greeter that ends sends its devices to another', async () => {
  const test = cleanupAfterTest();
  const [first] = bed.greeters;
  const client = test.own(await webSocket('rpc_relay'));
  await client.send('{"jsonrpc":"2.0","id":1,"method":"x","params":{"organization":"stays"}}');
  await client.waitForMessage();
  const waiting = test.own(await webSocket('mqtt_relay', { protocols: ['mqtt'] }));
  await bed.addGreeter();
  await first?.stop(5_000);
  expect((await client.waitForClose()).code).toBe(1012);
  expect((await waiting.waitForClose()).code).toBe(1012);
  await waitFor(async () => (await bed.outcomes('stopped')) === 1, {
    what: 'the waiting device to be counted',
  });
  await bed.healthy(1);
  const next = await connectMqtt('mqtt_relay', 'after/device');
  expectAtHome('after');
  await next.endAsync(true);
});

it('a redirect of one says what its callback says', async () => {
  const test = cleanupAfterTest();
  for (const greeter of bed.greeters.splice(0)) await greeter.stop(100);
  await bed.addGreeter({
    redirect: ({ protocol }, organization, { location }) =>
      organization === 'closed'
        ? { close: 4001, reason: protocol }
        : Buffer.from(`${organization} → ${location}`),
  });
  const request = (organization: string): string =>
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x', params: { organization } });
  const told = test.own(await webSocket('rpc_away'));
  await told.send(request('acme'));
  expect((await told.waitForClose()).code).toBe(1012);
  expect(told.messages[0]?.data.toString()).toBe('acme → wss://devices.example.com/acme');
  const closed = test.own(await webSocket('rpc_away'));
  await closed.send(request('closed'));
  expect(await closed.waitForClose()).toEqual({ code: 4001, reason: 'JSON_RPC' });
});
