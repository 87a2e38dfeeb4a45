import { expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { EchoServer } from '../harness/server.ts';
import { ProbeBed } from './probe-bed.ts';

/** One device whose first line says what the probe `redirects` is to try, and the server's end of its connection. */
async function start(what: string) {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await EchoServer.start({ answer: () => undefined, answerEnd: false }));
  const bed = cleanup.own(
    await ProbeBed.start({
      plugins: [{ name: 'devices', probe: 'redirects', text: 'all' }],
      servers: [{ id: 'a', host: server.host, port: server.port }],
    }),
  );
  const device = cleanup.own(await bed.device('devices', `${what}\n`));
  const far = await server.waitForConnection();
  await far.waitForBytes(what.length + 1);
  far.take();
  await far.send('hello\n');
  await device.waitForBytes(6);
  device.take();
  return { bed, device, far };
}

it('bytes appended behind a server message reach the client behind all of it, and what the client still sends reaches the server', async () => {
  const { device, far } = await start('boundary');
  const message = `${'m'.repeat(300_000)}#\n`;
  await far.send(message);
  const received = await device.waitForBytes((bytes) => bytes.includes('bye\n'));
  expect(received.equals(Buffer.from(`${message}bye\n`))).toBe(true);
  await device.send('last words\n');
  device.end();
  await far.waitForEnd();
  expect(far.received.toString()).toBe('last words\n');
});

it('from a tick nothing can be added for the client or the server: the host refuses', async () => {
  const { bed, device, far } = await start('tick');
  const [line] = await bed.waitForSaid(/tick acts/, 3);
  expect(line).toMatch(/tick acts 1 to client 0 to server 0$/);
  // Nor does it come later, with the next bytes of either side.
  await far.send('down\n');
  await device.send('up\n');
  expect((await device.waitForBytes((bytes) => bytes.length >= 5)).toString()).toBe('down\n');
  expect((await far.waitForBytes((bytes) => bytes.length >= 3)).toString()).toBe('up\n');
});

it('the FIN of the server arrives as upstream_data with end of stream, and a farewell appended then reaches the client', async () => {
  const { bed, device, far } = await start('end');
  far.end();
  await device.waitForEnd();
  expect(device.received.toString()).toBe('farewell\n');
  expect(bed.said(/server ends/)[0]).toMatch(/server ends with 0$/);
});

it('an RST of the server gives no such call, not even a close of the upstream: the device gets an RST, no farewell', async () => {
  const { bed, device, far } = await start('end');
  far.abort();
  expect(await device.waitForRemoteEnd()).toBe('reset');
  const lines = await bed.waitForSaid(/ends|closed/);
  expect(lines.map((line) => line.replace(/^vm \d+ /, ''))).toEqual(['device side closed here']);
  expect(device.received.toString()).toBe('');
});

it('bytes appended towards the server when the FIN of the device arrives get there', async () => {
  const { bed, device, far } = await start('parting');
  await device.send('last words\n');
  await far.waitForBytes((bytes) => bytes.length >= 11);
  device.end();
  await far.waitForEnd();
  expect(far.received.toString()).toBe('last words\nparting\n');
  expect(bed.said(/device ends/)[0]).toMatch(/device ends with 0$/);
});

it('an RST of the device gives no such call: the server gets an RST, no parting words', async () => {
  const { bed, device, far } = await start('parting');
  device.abort();
  expect(await far.waitForRemoteEnd()).toBe('reset');
  const lines = await bed.waitForSaid(/ends|closed/);
  expect(lines.map((line) => line.replace(/^vm \d+ /, ''))).toEqual(['device closed']);
  expect(far.received.toString()).toBe('');
});
