/** What devices can make a greeter keep, and how it ends: without a proxy in front. */
import { request } from 'node:http';
import { parser, type Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { listenerSchema } from '../../control-plane/model/index.ts';
import { Greeter, type GreeterOptions } from '../../greeter/greeter.ts';
import { loadIdentifierCode } from '../../greeter/identifier.ts';
import { greeterListeners } from '../../greeter/listeners.ts';
import { RelayKey } from '../../greeter/relay-key.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { freePort } from '../harness/machine.ts';
import { mqttConnectBytes } from '../harness/mqtt-device.ts';
import { waitFor } from '../harness/wait.ts';
import { UpgradeRefused, WebSocketDevice } from '../harness/websocket-device.ts';

const common = { protocol: 'WEBSOCKET', inner: 'MQTT', portKind: 'websocket', address: '127.0.0.1', port: 0 };
const settings = { ...common, sources: [{ field: 'MQTT_USER_NAME' }], firstMessageTimeoutMs: 400 };
const LISTENERS = [
  { ...settings, name: 'relay', greeter: { mode: 'RELAY' } },
  { ...settings, name: 'patient', firstMessageTimeoutMs: 60_000, greeter: { mode: 'RELAY' } },
  { ...settings, name: 'away', greeter: { mode: 'REDIRECT', location: 'wss://x/{organization}' } },
].map((listener) => listenerSchema.parse(listener));

async function startGreeter(options: Partial<GreeterOptions> = {}): Promise<Greeter> {
  const warnings: unknown[] = [];
  const note = (...all: unknown[]): void => void warnings.push(all);
  const greeter = await new Greeter({
    ...{ host: '127.0.0.1', port: 0, key: await RelayKey.draw('g'), code: await loadIdentifierCode() },
    log: { info: note, warn: note, error: note, debug: note },
    ...options,
  }).start();
  cleanupAfterTest().defer('the greeter', () => greeter.stop(100));
  greeter.listen(greeterListeners({ listeners: LISTENERS }));
  return greeter;
}

async function connect(greeter: Greeter, listener: string, headers: object = {}): Promise<WebSocketDevice> {
  const device = await WebSocketDevice.connect({
    port: greeter.port,
    protocols: ['mqtt'],
    headers: { 'x-cohort-listener': listener, ...headers },
  });
  return cleanupAfterTest().own(device);
}

function get(
  { port }: { port: number },
  path: string,
): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    asked.on('error', reject).end();
  });
}

function packetIn(device: WebSocketDevice): Packet | undefined {
  let found: Packet | undefined;
  const reader = parser({ protocolVersion: 5 });
  reader.on('packet', (packet: Packet) => (found ??= packet));
  for (const { data } of device.messages) reader.parse(data);
  return found;
}

it('a device that says nothing in time is closed; one that sends no more than half is, too', async () => {
  const greeter = await startGreeter();
  const silent = await connect(greeter, 'relay');
  const slow = await connect(greeter, 'relay');
  await slow.send(mqttConnectBytes({ username: 'acme/1' }).subarray(0, 10));
  expect((await silent.waitForClose()).code).toBe(1008);
  expect((await slow.waitForClose()).code).toBe(1008);
  const { text } = await get(greeter, '/metrics');
  expect(text).toContain('cohort_greeter_outcomes_total{listener="relay",outcome="timeout"} 2');
  expect(text).toContain('cohort_greeter_waiting 0');
});

it('no more than so many wait at once, and a place is free again when one has gone', async () => {
  const greeter = await startGreeter({ limits: { waiting: 2 } });
  const first = await connect(greeter, 'patient');
  await connect(greeter, 'patient');
  await expect(connect(greeter, 'patient')).rejects.toMatchObject({ status: 503 });
  first.stop();
  await waitFor(async () => (await get(greeter, '/metrics')).text.includes('cohort_greeter_waiting 1'), {
    what: 'the place of the device that has gone',
  });
  await connect(greeter, 'patient');
});

it('refuses the upgrade of an unknown listener, and of a device that does not offer mqtt', async () => {
  const greeter = await startGreeter();
  await expect(connect(greeter, 'unknown')).rejects.toMatchObject({ status: 503 });
  const without = WebSocketDevice.connect({ port: greeter.port, headers: { 'x-cohort-listener': 'relay' } });
  await expect(without).rejects.toBeInstanceOf(UpgradeRefused);
  await expect(without).rejects.toMatchObject({ status: 400 });
});

it('where no proxy answers, MQTT is told so by CONNACK 0x88 and asked to try again', async () => {
  const greeter = await startGreeter();
  const nobody = `127.0.0.1:${await freePort()}`;
  const device = await connect(greeter, 'relay', { 'x-cohort-address': nobody });
  await device.send(mqttConnectBytes({ username: 'acme/1', version: 5 }));
  expect((await device.waitForClose()).code).toBe(1013);
  // "0x88 Server unavailable" [MQTT5 3.2.2.2].
  expect(packetIn(device)).toMatchObject({ cmd: 'connack', reasonCode: 0x88 });
});

it('a callback that throws costs its own device alone', async () => {
  const greeter = await startGreeter({
    redirect: (_device, organization) => {
      if (organization === 'bad') throw new Error('no');
      return { close: 4000, reason: organization };
    },
  });
  const bad = await connect(greeter, 'away');
  await bad.send(mqttConnectBytes({ username: 'bad/1', version: 5 }));
  expect((await bad.waitForClose()).code).toBe(1013);
  const good = await connect(greeter, 'away');
  await good.send(mqttConnectBytes({ username: 'good/1', version: 5 }));
  expect(await good.waitForClose()).toEqual({ code: 4000, reason: 'good' });
});

it('its end tells those who wait to come again, and does not wait for those who do not answer', async () => {
  const greeter = await startGreeter();
  const { port } = greeter;
  expect(await get({ port }, '/healthz')).toEqual({ status: 200, text: 'ok\n' });
  const device = await connect(greeter, 'patient');
  // A half-open connection: whoever is there reads nothing and answers nothing.
  const deaf = await connect(greeter, 'patient');
  deaf.ws.pause();
  await greeter.stop(300);
  expect((await device.waitForClose()).code).toBe(1012);
  await expect(get({ port }, '/healthz')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
