import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cleanupAfterTest } from './cleanup-hooks.ts';
import { RawDevice } from './device.ts';
import { createNetwork, networksAvailable } from './netns.ts';
import { ServerProcess } from './server-process.ts';

const { available, reason } = await networksAvailable();

test('packets to one server vanish in both directions and come through again, the others are not touched', async ({
  skip,
}) => {
  skip(!available, reason);
  const cleanup = cleanupAfterTest();
  const network = cleanup.own(await createNetwork());
  const [silent, other] = [network.serverAddress(0), network.serverAddress(1)];
  const server = cleanup.own(await ServerProcess.start({ kind: 'echo', netns: network, host: silent }));
  const neighbour = cleanup.own(await ServerProcess.start({ kind: 'echo', netns: network, host: other }));
  const device = cleanup.own(await RawDevice.connect({ host: silent, port: server.port }));
  await device.send('a');
  await device.waitForBytes(1);

  await network.dropPacketsTo(silent);
  await device.send('b');
  // The order goes over a pipe, so the server itself can be told to speak while it is cut off.
  await server.sendToAll(Buffer.from('c'));
  await expect(device.waitForBytes(2, { timeout: 400 })).rejects.toThrow('not so after 400 ms');
  expect((await server.connections())[0]).toMatchObject({ bytesReceived: 1, closed: false });
  const connecting = RawDevice.connect({ host: silent, port: server.port, connectTimeout: 400 });
  await expect(connecting).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  const untouched = cleanup.own(await RawDevice.connect({ host: other, port: neighbour.port }));
  await untouched.send('x');
  await untouched.waitForBytes(1);

  await network.restorePackets(silent);
  expect([...(await device.waitForBytes(3)).toString()].sort()).toEqual(['a', 'b', 'c']);
});

test('a stopped network leaves neither namespace nor interface behind', async ({ skip }) => {
  skip(!available, reason);
  const network = await createNetwork();
  const names = (): string =>
    execFileSync('ip', ['netns', 'list']).toString() + execFileSync('ip', ['-o', 'link']).toString();
  expect(names()).toContain(network.name);
  await network.stop();
  expect(names()).not.toContain(network.name);
  await network.stop();
});
