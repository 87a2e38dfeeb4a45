import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Cleanup } from './cleanup.ts';
import { cleanupAfterTest } from './cleanup-hooks.ts';
import { RawDevice } from './device.ts';
import { networksAvailable } from './netns.ts';
import { RoutedNetwork, type Host } from './netns-router.ts';
import { killWhenOrphaned } from './watchdog.ts';

/** Nothing else listens in a namespace of the test's own. */
const PORT = 7000;

const { available, reason } = await networksAvailable();

test('hosts reach each other until they are cut apart, and nobody else is touched', async ({ skip }) => {
  skip(!available, reason);
  const cleanup = cleanupAfterTest();
  const forwards = readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8');
  const network = cleanup.own(await RoutedNetwork.create());
  const [a, b, c] = [await network.addHost(), await network.addHost(), await network.addHost()];
  expect(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8')).toBe(forwards);
  await Promise.all([startEcho(cleanup, b), startEcho(cleanup, c)]);

  expect([reaches(a, b), reaches(a, c)]).toEqual([true, true]);
  await network.cut(a, b);
  expect([reaches(a, b), reaches(a, c)]).toEqual([false, true]);
  const device = cleanup.own(await RawDevice.connect({ host: b.address, port: PORT }));
  await device.send('x');
  await device.waitForBytes(1);
  await network.mend(a, b);
  expect(reaches(a, b)).toBe(true);

  await network.silence(b);
  await device.send('y');
  await expect(device.waitForBytes(2, { timeout: 400 })).rejects.toThrow('not so after 400 ms');
  expect([reaches(a, b), reaches(a, c)]).toEqual([false, true]);
  await network.restore(b);
  await device.waitForBytes(2);
});

test('a stopped network leaves neither namespace nor interface behind', async ({ skip }) => {
  skip(!available, reason);
  const network = await RoutedNetwork.create();
  await network.addHost();
  const names = (): string =>
    execFileSync('ip', ['netns', 'list']).toString() + execFileSync('ip', ['-o', 'link']).toString();
  expect(names()).toContain(`${network.name}-0`);
  await network.stop();
  expect(names()).not.toContain(network.name);
  await network.stop();
});

/** A server that says what it hears. */
async function startEcho(cleanup: Cleanup, { exec, address }: Host): Promise<void> {
  const program = `
    const server = require('node:net').createServer((socket) => socket.pipe(socket).on('error', () => undefined));
    server.listen(${PORT}, ${JSON.stringify(address)}, () => console.log('listening'));`;
  const [file = '', ...args] = [...exec, process.execPath, '-e', program];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const release = killWhenOrphaned(child.pid ?? 0);
  cleanup.defer('an echo server', async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    release();
  });
  await once(child.stdout, 'data');
}

/** Whether a program on one host gets a connection to a port of another. */
function reaches(from: Host, to: Host): boolean {
  const program = `
    const socket = require('node:net').connect(${PORT}, ${JSON.stringify(to.address)});
    const end = (text) => { console.log(text); process.exit(); };
    socket.on('connect', () => end('yes'));
    socket.on('error', (error) => end(error.code));
    setTimeout(() => end('silence'), 500);`;
  const [file = '', ...args] = [...from.exec, process.execPath, '-e', program];
  const said = execFileSync(file, args).toString().trim();
  if (said !== 'yes' && said !== 'silence') throw new Error(`neither connected nor silent: ${said}`);
  return said === 'yes';
}
