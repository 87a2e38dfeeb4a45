import { expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { WebSocketDevice } from '../harness/websocket-device.ts';
import { WebSocketServerUpstream } from '../harness/websocket-server.ts';
import { ProbeBed } from './probe-bed.ts';

async function start(text: string) {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await WebSocketServerUpstream.start());
  const bed = cleanup.own(
    await ProbeBed.start({
      plugins: [{ name: 'devices', on: 'websocket', probe: 'websocket-closes', text }],
      websocketServers: [{ id: 'a', host: server.host, port: server.port }],
    }),
  );
  const device = cleanup.own(await WebSocketDevice.connect(bed.at('devices')));
  const session = await server.waitForSession();
  const closed = () => server.changes.until(() => session.closeCode, { what: 'the server to see the close' });
  return { device, session, closed };
}

it('a Close frame (1012) appended in response_body reaches the client behind the message, and its answer the server', async () => {
  const { device, session, closed } = await start('frames');
  await device.send('hello');
  await device.waitForMessage((data) => data.toString() === 'hello');
  await device.send('move #');
  expect(await device.waitForClose()).toEqual({ code: 1012, reason: '' });
  expect(device.messages.map(({ data }) => data.toString())).toEqual(['hello', 'move #']);
  expect(await closed()).toBe(1012);
  expect(session.messages).toHaveLength(2);
});

it('closing a WebSocket from a tick gives both sides 1006', async () => {
  const { device, closed } = await start('tick');
  await device.send('hello');
  expect(await device.waitForClose()).toMatchObject({ code: 1006 });
  expect(await closed()).toBe(1006);
});
