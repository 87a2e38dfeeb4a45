/** A move through real Envoys: routed first, then drained, each protocol in its own words. */
import { expect, it } from 'vitest';
import { slotOf } from '../../control-plane/placement/slot.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { MqttDevice } from '../harness/mqtt-device.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { startTestbed } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';
import { WebSocketDevice } from '../harness/websocket-device.ts';
import { WebSocketServerUpstream } from '../harness/websocket-server.ts';

const IDS = ['a', 'b', 'c'];
const home = slotOf('acme') % 3;
const next = (home + 1) % 3;

it('an organization moves whole: 0x9C, a clean end, Close 1012, and nobody else notices', async () => {
  const cleanup = cleanupAfterTest();
  const servers = await Promise.all(
    IDS.map(async (id) => {
      const mqtt = cleanup.own(await MqttServer.start());
      const websocket = cleanup.own(await WebSocketServerUpstream.start());
      return {
        id,
        host: '127.0.0.1',
        mqtt: mqtt.port,
        websocket: websocket.port,
        mqttServer: mqtt,
        websocketServer: websocket,
      };
    }),
  );
  const bed = cleanup.own(await startTestbed({ servers, proxies: 2 }));
  const at = servers[home];
  const mqtt5 = cleanup.own(
    await MqttDevice.connect({ ...bed.mqtt(0), username: 'acme/five', clientId: 'five', version: 5 }),
  );
  const mqtt4 = cleanup.own(
    await MqttDevice.connect({ ...bed.mqtt(1), username: 'acme/four', clientId: 'four' }),
  );
  const socket = cleanup.own(await WebSocketDevice.connect({ ...bed.websocket(1), path: '/acme/ws' }));
  const bystander = cleanup.own(
    await MqttDevice.connect({ ...bed.mqtt(0), username: 'other/1', clientId: 'by', version: 5 }),
  );
  const pins = new Map([['acme', next]]);
  await bed.assign({ version: 2, tableVersion: 2, drainUpTo: 1, pins });
  await mqtt5.roundTrip('still here');
  await bed.assign({ version: 3, tableVersion: 2, drainUpTo: 2, pins });

  at?.mqttServer.serverPings(100);
  at?.websocketServer.serverPings(100);
  const disconnect = await mqtt5.waitForPacket(({ cmd }) => cmd === 'disconnect');
  expect(disconnect).toMatchObject({ reasonCode: 0x9c });
  mqtt5.end();
  expect(await mqtt5.waitForRemoteEnd()).toBe('fin');
  await mqtt4.sendPacket({ cmd: 'pingreq' });
  expect(await mqtt4.waitForRemoteEnd()).toBe('fin');
  expect(mqtt4.packets.filter(({ cmd }) => cmd === 'disconnect')).toEqual([]);
  mqtt4.end();
  await socket.waitForClose();
  expect(socket.closeCode).toBe(1012);

  // The old server saw each session end in order, so that it publishes no will.
  const ended = (clientId: string): boolean =>
    (at?.mqttServer.connections.find((connection) => connection.clientId === clientId)?.disconnects.length ??
      0) === 1;
  await waitFor(() => ended('five') && ended('four'), { what: 'both sessions to be ended by DISCONNECT' });
  await waitFor(() => at?.websocketServer.sessions[0]?.closeCode === 1012, {
    what: 'the server to see 1012',
  });

  const again = cleanup.own(
    await MqttDevice.connect({ ...bed.mqtt(1), username: 'acme/five', clientId: 'again', version: 5 }),
  );
  await again.roundTrip('on the new server');
  expect(servers[next]?.mqttServer.connections.some(({ clientId }) => clientId === 'again')).toBe(true);
  await bystander.roundTrip('not touched');
  const counts = await Promise.all(bed.proxies.map((proxy) => proxy.stats('wasmcustom.cohort.drain')));
  const total = (name: string): number =>
    counts.reduce((sum, stats) => sum + (stats.get(`wasmcustom.cohort.drain.${name}`) ?? 0), 0);
  await waitFor(
    async () => {
      counts.splice(
        0,
        2,
        ...(await Promise.all(bed.proxies.map((proxy) => proxy.stats('wasmcustom.cohort.drain')))),
      );
      return total('ended') === 3;
    },
    { what: 'three drains to have ended' },
  );
  expect(['redirected', 'closed', 'unfinished_sessions'].map(total)).toEqual([3, 0, 0]);
});
