import { expect, test } from 'vitest';
import { cleanupAfterTest } from './cleanup-hooks.ts';
import { RawDevice } from './device.ts';
import { MqttDevice, mqttConnectBytes } from './mqtt-device.ts';
import { ServerProcess } from './server-process.ts';

test('a frozen server process completes handshakes and says nothing; thawed, it answers', async () => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await ServerProcess.start({ kind: 'mqtt' }));
  server.freeze();
  const device = cleanup.own(await RawDevice.connect({ port: server.port }));
  await device.send(mqttConnectBytes({ clientId: 'patient', username: 'acme' }));
  await expect(device.waitForBytes(1, { timeout: 300 })).rejects.toThrow('not so after 300 ms');
  server.thaw();
  await device.waitForBytes(4);
  expect(await server.connections()).toMatchObject([
    { clientId: 'patient', username: 'acme', closed: false },
  ]);
});

test('a killed server process resets its connections and refuses new ones', async () => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await ServerProcess.start({ kind: 'mqtt' }));
  const device = cleanup.own(await MqttDevice.connect({ port: server.port }));
  await server.kill();
  await device.waitForRemoteEnd();
  await expect(RawDevice.connect({ port: server.port })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a server process obeys refuse, reopen and send; a port that is taken is reported', async () => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await ServerProcess.start({ kind: 'echo' }));
  const device = cleanup.own(await RawDevice.connect({ port: server.port }));
  await device.send('x');
  await device.waitForBytes(1);
  await server.sendToAll(Buffer.from('yz'));
  expect((await device.waitForBytes(3)).toString()).toBe('xyz');
  await server.refuse();
  await expect(RawDevice.connect({ port: server.port })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await server.reopen();
  cleanup.own(await RawDevice.connect({ port: server.port }));
  await expect(ServerProcess.start({ kind: 'echo', port: server.port })).rejects.toThrow('EADDRINUSE');
});
