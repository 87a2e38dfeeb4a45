import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { EchoServer } from '../harness/server.ts';
import { RecordedSocket } from '../harness/socket.ts';
import { waitFor } from '../harness/wait.ts';
import { Relay } from './relay.ts';

async function start(cleanup: Cleanup): Promise<{ relay: Relay; echo: EchoServer }> {
  const echo = cleanup.own(await EchoServer.start());
  return { relay: cleanup.own(await Relay.start(`127.0.0.1:${echo.port}`)), echo };
}

function open(cleanup: Cleanup, relay: Relay): RecordedSocket {
  const socket = connect({ host: '127.0.0.1', port: relay.port, allowHalfOpen: true });
  return cleanup.own(new RecordedSocket(socket));
}

async function heard(socket: RecordedSocket, text: string): Promise<void> {
  await socket.waitForBytes((received) => received.toString() === text, { what: text });
}

it('passes on bytes and ends in both directions', async () => {
  const cleanup = cleanupAfterTest();
  const { relay } = await start(cleanup);
  const socket = open(cleanup, relay);
  await socket.send('one');
  await heard(socket, 'one');
  socket.end();
  await socket.waitForEnd();
  await waitFor(() => relay.connections === 0, { what: 'the relay to have forgotten the connection' });
});

it('is silent for a while: what was sent arrives afterwards, and new connections wait', async () => {
  const cleanup = cleanupAfterTest();
  const { relay, echo } = await start(cleanup);
  const socket = open(cleanup, relay);
  await socket.send('one');
  await heard(socket, 'one');
  relay.set('silent');
  const other = open(cleanup, relay);
  await Promise.all([socket.send('two'), other.send('three')]);
  await waitFor(() => relay.connections === 2, { what: 'the second connection' });
  // Nothing of it is on the way: the server answers another one meanwhile.
  const direct = cleanup.own(new RecordedSocket(connect({ host: '127.0.0.1', port: echo.port })));
  await direct.send('direct');
  await heard(direct, 'direct');
  expect([socket.bytesReceived, other.bytesReceived, other.closed]).toEqual([3, 0, false]);
  relay.set('through');
  await Promise.all([heard(socket, 'onetwo'), heard(other, 'three')]);
});

it('refuses: connections are reset, and so are new ones', async () => {
  const cleanup = cleanupAfterTest();
  const { relay } = await start(cleanup);
  const socket = open(cleanup, relay);
  await socket.send('one');
  await heard(socket, 'one');
  relay.set('refused');
  expect(await socket.waitForRemoteEnd()).toBe('reset');
  expect(await open(cleanup, relay).waitForRemoteEnd()).toBe('reset');
  relay.set('through');
  const again = open(cleanup, relay);
  await again.send('two');
  await heard(again, 'two');
});

it('holds back a request that follows upon an answer, and what comes after it, on that connection alone', async () => {
  const cleanup = cleanupAfterTest();
  const { relay } = await start(cleanup);
  const [socket, other] = [open(cleanup, relay), open(cleanup, relay)];
  const held = relay.hold({
    after: (bytes) => bytes.includes('one'),
    until: (bytes) => bytes.includes('held'),
  });
  await socket.send('one ');
  await heard(socket, 'one ');
  await socket.sendChunks(['he', 'ld ', 'two']);
  const request = await held;
  await other.send('one held, but not the first');
  await heard(other, 'one held, but not the first');
  expect([socket.received.toString(), request.answer.toString()]).toEqual(['one ', '']);
  request.release();
  await heard(socket, 'one held two');
  expect(request.answer.toString()).toBe('held two');
});
