/** JSON-RPC, MQTT in a WebSocket, and a server that speaks first, on a real Envoy: moved while newer code takes over. */
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  httpPlugin,
  networkPlugin,
  tcpListener,
  websocketListener,
} from '../../control-plane/resources/index.ts';
import { slotOf } from '../../control-plane/placement/slot.ts';
import { encodeListener, type ListenerMessage } from '../../protocol-filters/wire/index.ts';
import { mqttConnectBytes } from '../harness/mqtt-device.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { RawDevice } from '../harness/device.ts';
import { startTestbed, withOtherHash } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';

const home = slotOf('acme') % 2;
const pins = new Map([['acme', 1 - home]]);

const LISTENERS: ListenerMessage[] = [
  {
    ...{ name: 'json', protocol: 'JSON_RPC', cluster: 'servers_mqtt' },
    sources: [{ field: 'JSON_POINTER', pointer: '/params/organization' }],
    redirect: { location: 'tcp://b', retryAfterMs: 5 },
  },
  {
    ...{ name: 'first', protocol: 'DECLARED', cluster: 'servers_mqtt', serverFirst: true },
    sources: [{ field: 'DEFAULT', organization: 'acme' }],
    redirect: { template: Buffer.from('GO {reason}') },
  },
  {
    ...{ name: 'mqtt_ws', protocol: 'WEBSOCKET', inner: 'MQTT', cluster: 'servers_websocket' },
    sources: [{ field: 'HTTP_PATH_SEGMENT', segment: 0 }],
  },
];

/** Greets whoever connects, and says a line to all when it is told to. */
async function startLineServer() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.write('220 hello\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    say: () => sockets.forEach((socket) => socket.write('{"id":1}\n')),
    stop: () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

async function startBroker() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise<void>((resolve) => server.on('listening', resolve));
  const codes: number[] = [];
  const received: string[] = [];
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => received.push(data.toString('hex')));
    socket.on('close', (code) => codes.push(code));
  });
  return {
    ...{ port: (server.address() as AddressInfo).port, codes, received },
    ping: () => server.clients.forEach((socket) => socket.send(Buffer.from([0xd0, 0]))),
    stop: () => {
      server.clients.forEach((socket) => socket.terminate());
      server.close();
    },
  };
}

it('every protocol is redirected in its words, also when an older build of the filter took the connection', async () => {
  const cleanup = cleanupAfterTest();
  const all = await Promise.all(
    ['a', 'b'].map(async (id) => {
      const lines = cleanup.own(await startLineServer());
      const broker = cleanup.own(await startBroker());
      return { id, host: '127.0.0.1', mqtt: lines.port, websocket: broker.port, lines, broker };
    }),
  );
  const bed = cleanup.own(await startTestbed({ servers: all }));
  const setPlugins = (): void => {
    for (const listener of LISTENERS) {
      const { name } = listener;
      const plugin = { name, rootId: name, code: bed.code, configuration: encodeListener(listener) };
      bed.set(
        TYPE_URLS.ECDS,
        name,
        listener.protocol === 'WEBSOCKET' ? httpPlugin(plugin) : networkPlugin(plugin),
      );
    }
  };
  setPlugins();
  LISTENERS.forEach(({ name, protocol, serverFirst }, index) => {
    const options = { name, address: `127.0.3.${index + 1}`, port: 0 };
    const isHttp = protocol === 'WEBSOCKET';
    const resource = isHttp
      ? websocketListener({ ...options, routeName: 'devices' })
      : tcpListener({ ...options, serverFirst });
    bed.set(TYPE_URLS.LDS, name, resource);
  });
  bed.ads.push();
  const [envoy] = bed.proxies;
  const at = async (name: string) => (await envoy?.waitForListener(name)) ?? { host: '', port: 0 };

  const json = cleanup.own(await RawDevice.connect(await at('json')));
  await json.send(Buffer.from('{"jsonrpc":"2.0","id":0,"method":"hi","params":{"organization":"acme"}}\n'));
  const first = cleanup.own(await RawDevice.connect(await at('first')));
  const { host, port } = await at('mqtt_ws');
  const socket = new WebSocket(`ws://${host}:${port}/acme`, 'mqtt');
  cleanup.own({ stop: () => socket.terminate() });
  const got: string[] = [];
  let closed = 0;
  socket.on('message', (data: Buffer) => got.push(data.toString('hex')));
  socket.on('close', (code) => (closed = code));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.send(mqttConnectBytes({ version: 5, username: 'acme/1' }));
  const said = (device: RawDevice): string => Buffer.from(device.received).toString();
  await waitFor(() => said(json) === '220 hello\n' && said(first) === '220 hello\n', {
    what: 'servers that speak first',
  });
  const { lines, broker } = all[home]!;
  await waitFor(() => broker.received.length === 1, { what: 'the CONNECT at its server' });

  bed.code = withOtherHash(bed.code, 'newer');
  bed.setPlugins();
  setPlugins();
  await bed.assign({ version: 2, tableVersion: 2, drainUpTo: 2, pins });
  // The older VM learns of the move at its next tick; until then nobody is due.
  await waitFor(
    () => {
      lines.say();
      broker.ping();
      return said(json).includes('redirect') && said(first).includes('GO') && closed !== 0;
    },
    { what: 'every redirect' },
  );
  const last = (device: RawDevice): string => said(device).trimEnd().split('\n').at(-1) ?? '';
  expect(JSON.parse(last(json))).toEqual({
    ...{ jsonrpc: '2.0', method: 'server.redirect' },
    params: { reason: 'moved', location: 'tcp://b', retryAfterMs: 5 },
  });
  expect(last(first)).toBe('GO moved');
  expect([got.at(-1), closed]).toEqual(['e0029c00', 1012]);
  await waitFor(() => broker.codes.length === 1, { what: 'the Close at the server' });
  expect([broker.received.at(-1), broker.codes]).toEqual(['e000', [1012]]);
});
