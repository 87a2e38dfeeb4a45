import { expect, test } from 'vitest';
import { cleanupAfterTest } from './cleanup-hooks.ts';
import { parseHttpHead, RawDevice, upgradeRequestBytes, waitForHttpHead } from './device.ts';
import { loopbackAddress, manyServers } from './many-servers.ts';
import { MqttDevice, mqttConnectBytes } from './mqtt-device.ts';
import { AedesBroker, MqttServer } from './mqtt-server.ts';
import { EchoServer } from './server.ts';
import { UpgradeRefused, WebSocketDevice } from './websocket-device.ts';
import { WebSocketServerUpstream } from './websocket-server.ts';

test('the echo server echoes, and both ends see bytes, half close and FIN', async () => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await EchoServer.start({ answerEnd: false }));
  const device = cleanup.own(await RawDevice.connect({ port: server.port, localAddress: '127.0.0.9' }));
  await device.sendChunks(['he', 'llo']);
  expect((await device.waitForBytes(5)).toString()).toBe('hello');
  const [connection] = server.connections;
  expect(connection?.remoteAddress).toBe('127.0.0.9');
  device.end();
  await connection?.waitForEnd();
  await connection?.send('farewell');
  expect((await device.waitForBytes(13)).toString()).toBe('hellofarewell');
  connection?.end();
  expect(await device.waitForClose()).toBe('fin');
});

test('a reset is told from a FIN, in both directions', async () => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await EchoServer.start());
  const first = cleanup.own(await RawDevice.connect({ port: server.port }));
  const seen = await server.waitForConnection();
  first.abort();
  expect(await seen.waitForClose()).toBe('reset');
  const second = cleanup.own(await RawDevice.connect({ port: server.port }));
  const accepted = await server.waitForConnection((connection) => connection !== seen);
  accepted.abort();
  expect(await second.waitForRemoteEnd()).toBe('reset');
  await expect(second.waitForBytes(1)).rejects.toThrow('was reset');
});

test('refuse closes the port and spares live connections; reopen opens the same port', async () => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await EchoServer.start());
  const { port } = server;
  const device = cleanup.own(await RawDevice.connect({ port }));
  server.refuse();
  await expect(RawDevice.connect({ port })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await device.send('still here');
  await device.waitForBytes(10);
  await server.reopen();
  expect(server.port).toBe(port);
  cleanup.own(await RawDevice.connect({ port }));
  server.refuse({ destroyConnections: true });
  await device.waitForRemoteEnd();
});

test.for([3, 4, 5] as const)('MQTT version %i: CONNECT, echo, pings and DISCONNECT', async (version) => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await MqttServer.start());
  const device = cleanup.own(
    await MqttDevice.connect({
      port: server.port,
      version,
      clientId: 'd1',
      username: 'acme/d1',
      chunkSize: 1,
      ...(version === 5 ? { userProperties: { organization: 'acme' } } : {}),
    }),
  );
  const connection = await server.waitForClient('d1');
  expect(connection.username).toBe('acme/d1');
  if (version === 5) expect(connection.connect?.properties?.userProperties).toEqual({ organization: 'acme' });
  expect(connection.connect?.protocolVersion).toBe(version);
  expect(await device.roundTrip('hello')).toBeGreaterThan(0);
  const stopPings = server.serverPings(5);
  await device.waitForPacket((packet) => packet.cmd === 'publish' && packet.topic === 'server/ping');
  stopPings();
  await device.sendPacket({ cmd: 'disconnect', ...(version === 5 ? { reasonCode: 0 } : {}) });
  device.end();
  await connection.waitForEnd();
  expect(connection.disconnects).toHaveLength(1);
  const rest = connection.received.subarray(mqttConnectBytes({ clientId: 'd1', version }).length);
  expect(rest.length).toBeGreaterThan(0);
});

test('an MQTT device whose CONNECT is refused, or whose connection ends, says so', async () => {
  const cleanup = cleanupAfterTest();
  const refusing = cleanup.own(await MqttServer.start({ connackCode: 5 }));
  await expect(MqttDevice.connect({ port: refusing.port })).rejects.toThrow('CONNACK refuses with code 5');
  const echo = cleanup.own(await EchoServer.start({ answer: () => undefined }));
  const waiting = MqttDevice.connect({ port: echo.port });
  const connection = await echo.waitForConnection((seen) => seen.bytesReceived > 0);
  connection.end();
  await expect(waiting).rejects.toThrow('before the awaited MQTT packet came');
});

test('the aedes broker serves a device and knows its user name', async () => {
  const cleanup = cleanupAfterTest();
  const broker = cleanup.own(await AedesBroker.start());
  const device = cleanup.own(
    await MqttDevice.connect({ port: broker.port, clientId: 'd2', username: 'acme' }),
  );
  await broker.changes.until(() => broker.clients.length === 1);
  expect(broker.clients[0]).toMatchObject({ id: 'd2', username: 'acme' });
  await device.sendPacket({ cmd: 'pingreq' });
  await device.waitForPacket((packet) => packet.cmd === 'pingresp');
});

test('the WebSocket upstream records upgrade, messages and close code, and names itself over HTTP', async () => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await WebSocketServerUpstream.start());
  const device = cleanup.own(
    await WebSocketDevice.connect({ port: server.port, path: '/ws?o=acme', headers: { 'x-org': 'acme' } }),
  );
  await device.send('hello');
  expect((await device.waitForMessage()).toString()).toBe('hello');
  const [session] = server.live;
  expect(session).toMatchObject({ url: '/ws?o=acme', headers: { 'x-org': 'acme' } });
  server.sendToAll(Buffer.from([1, 2]));
  await device.waitForMessage((data, binary) => binary && data.length === 2);
  device.close(4001, 'enough');
  await server.changes.until(() => session?.closeCode === 4001);
  expect(session?.closeReason).toBe('enough');
  expect((await device.waitForClose()).code).toBe(4001);
  const response = await fetch(`http://${server.address}/plain`);
  expect(await response.text()).toBe(server.address);
  expect(server.requests).toMatchObject([{ method: 'GET', url: '/plain' }]);
});

test('a raw upgrade can be cut into bytes; one that is refused gives its status', async () => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await WebSocketServerUpstream.start());
  const raw = cleanup.own(await RawDevice.connect({ port: server.port }));
  const request = upgradeRequestBytes({
    path: '/raw',
    headers: [
      ['x-twice', '1'],
      ['x-twice', '2'],
    ],
  });
  await raw.sendChunks([...request].map((byte) => Uint8Array.of(byte)));
  expect(await waitForHttpHead(raw)).toMatchObject({ status: 101 });
  expect(server.sessions[0]?.headers['x-twice']).toBe('1, 2');
  const plain = cleanup.own(
    await EchoServer.start({ answer: () => 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n' }),
  );
  const refused = WebSocketDevice.connect({ port: plain.port });
  await expect(refused).rejects.toThrow(UpgradeRefused);
  await expect(refused).rejects.toMatchObject({ status: 403 });
});

test('the head of an HTTP answer is read off the bytes', () => {
  expect(parseHttpHead(Buffer.from('HTTP/1.1 200 OK\r\nA: b\r\n'))).toBeUndefined();
  const head = parseHttpHead(Buffer.from('HTTP/1.1 200 OK\r\nA: b:c\r\n\r\nrest'));
  expect(head).toEqual({ status: 200, headers: new Map([['a', 'b:c']]), rest: Buffer.from('rest') });
});

test('500 servers listen on addresses of their own and one port', async () => {
  const cleanup = cleanupAfterTest();
  expect([0, 253, 254, 499].map((index) => loopbackAddress(index))).toEqual([
    '127.1.0.1',
    '127.1.0.254',
    '127.1.1.1',
    '127.1.1.246',
  ]);
  const set = cleanup.own(await manyServers(500, (at) => EchoServer.start(at)));
  expect(new Set(set.servers.map((server) => server.port))).toEqual(new Set([set.port]));
  for (const index of [0, 254, 499]) {
    const device = cleanup.own(await RawDevice.connect({ host: loopbackAddress(index), port: set.port }));
    await device.send('x');
    await device.waitForBytes(1);
  }
  const expected = [0, 254, 499].map((index): [string, number] => [
    `${loopbackAddress(index)}:${set.port}`,
    1,
  ]);
  expect([...set.counts()]).toEqual(expected);
  expect(set.at(`127.1.0.1:${set.port}`).accepted).toBe(1);
});
