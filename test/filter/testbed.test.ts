import { expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { MqttDevice } from '../harness/mqtt-device.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { startTestbed } from '../harness/testbed.ts';
import { WebSocketDevice } from '../harness/websocket-device.ts';
import { WebSocketServerUpstream } from '../harness/websocket-server.ts';

it('brings the devices of an organization to its server, over MQTT and WebSocket, through two proxies', async () => {
  const cleanup = cleanupAfterTest();
  const servers = [];
  for (const id of ['a', 'b', 'c']) {
    const mqtt = cleanup.own(await MqttServer.start());
    const websocket = cleanup.own(await WebSocketServerUpstream.start());
    servers.push({
      id,
      host: '127.0.0.1',
      mqtt: mqtt.port,
      websocket: websocket.port,
      mqttServer: mqtt,
      websocketServer: websocket,
    });
  }
  const bed = cleanup.own(await startTestbed({ servers, proxies: 2 }));
  for (let i = 0; i < 20; i++) {
    const device = await MqttDevice.connect({ ...bed.mqtt(i % 2), username: `org-${i % 5}/d${i}` });
    cleanup.own(device);
    const ws = await WebSocketDevice.connect({ ...bed.websocket(i % 2), path: `/org-${i % 5}/d${i}` });
    cleanup.own(ws);
  }
  const where = servers.map(({ mqttServer, websocketServer }) => ({
    mqtt: new Set(
      mqttServer.connections.flatMap(({ connect }) => connect?.username?.toString().split('/')[0] ?? []),
    ),
    websocket: new Set(websocketServer.sessions.map(({ url }) => url.split('/')[1])),
  }));
  for (const { mqtt, websocket } of where) expect(mqtt).toEqual(websocket);
  expect(where.reduce((sum, { mqtt }) => sum + mqtt.size, 0)).toBe(5);
});
