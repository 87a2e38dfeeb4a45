import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { freePort } from '../harness/machine.ts';
import { EchoServer } from '../harness/server.ts';
import { ProbeBed, vmOf, type ProbePlugin } from './probe-bed.ts';

async function start(options: { plugins?: Partial<ProbePlugin>[]; workers?: number; open?: boolean } = {}) {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await EchoServer.start());
  const plugins = (options.plugins ?? [{}]).map((plugin, index) => ({
    name: index === 0 ? 'devices' : `devices_${index}`,
    probe: 'generations',
    text: 'first',
    ...plugin,
  }));
  const bed = cleanup.own(
    await ProbeBed.start({
      plugins,
      servers: [{ id: 'a', host: server.host, port: server.port }],
      workers: options.workers ?? 1,
      open: options.open ?? true,
    }),
  );
  /** A connection that has sent `word`, and what the probe said of it. */
  const visit = async (word: string, listener = 'devices') => {
    const device = cleanup.own(await bed.device(listener, word));
    await device.waitForBytes(word.length);
    return { device, line: (await bed.waitForSaid(new RegExp(`sees ${word} `)))[0]! };
  };
  return { cleanup, bed, server, visit };
}

/** Resolves with the code that a connect fails with, or with `open`. */
function tryConnect(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('connect', () => {
      socket.destroy();
      resolve('open');
    });
  });
}

it('a first configuration that is refused is NACKed; the port opens and closes every connection until a good one comes', async () => {
  const port = await freePort();
  const { cleanup, bed, server, visit } = await start({ plugins: [{ text: 'bad', port }], open: false });
  const nack = await bed.refused('devices', {});
  expect(nack.message).toContain('Unable to create Wasm plugin devices');
  await bed.envoy.ready();
  await bed.opened('devices');
  const refused = cleanup.own(await bed.device('devices', 'hello'));
  await refused.waitForRemoteEnd();
  expect(refused.bytesReceived).toBe(0);
  expect(server.accepted).toBe(0);
  await bed.apply('devices', { text: 'good' });
  expect((await visit('hello')).line).toContain('under good');
});

it('before any configuration has come (initial_fetch_timeout 0s) the port stays shut, also where it is said not to exist', async () => {
  const port = await freePort();
  const { bed, visit } = await start({ plugins: [{ port, late: true }, {}], open: false });
  // Told that the resource does not exist, Envoy waits on; the other listener's comes meanwhile.
  await bed.acknowledged('devices_1');
  await bed.envoy.waitForStat('listener_manager.listener_added', 2);
  expect((await bed.envoy.admin('/ready')).body.trim()).toBe('INITIALIZING');
  expect(await tryConnect('127.0.0.1', port)).toBe('ECONNREFUSED');
  // One plugin that is missing at the start keeps the ports of all others shut, too.
  const other = await bed.opened('devices_1');
  expect(await tryConnect(other.host, other.port)).toBe('ECONNREFUSED');
  await bed.apply('devices', { late: false });
  await bed.envoy.ready();
  await bed.opened('devices');
  expect((await visit('hello')).line).toContain('under first');
  expect((await visit('other', 'devices_1')).line).toContain('under first');
});

it('a bad update is NACKed; the old configuration and its connections go on, new connections get it too', async () => {
  const { bed, visit } = await start();
  const { device } = await visit('before');
  await bed.refused('devices', { text: 'bad' });
  // Nothing but the canary has ever seen it.
  expect(bed.said(/refuses bad/)).toHaveLength(1);
  await device.send('onward');
  expect((await bed.waitForSaid(/sees onward/))[0]).toContain('chunk 2 under first');
  expect((await visit('after')).line).toContain('chunk 1 under first');
});

it('of a response that is NACKed for one resource another may have been applied: those before it, in an order of Envoy', async () => {
  const { bed, visit } = await start({ plugins: [{}, {}] });
  const names = ['devices', 'devices_1'];
  for (const [index, name] of names.entries()) {
    const bad = names[1 - index]!;
    bed.set(name, { text: `good-${index}` });
    const nack = await bed.refused(bad, { text: 'bad' });
    expect([...nack.versions.keys()].sort()).toEqual(names);
  }
  // The second time the roles are changed, so that the order, whichever it is, lets one of the two good ones through:
  // to its canary, the main thread and the worker.
  await bed.waitForSaid(/accepts good/, 3);
  const texts = [(await visit('one')).line, (await visit('two', 'devices_1')).line].map(
    (line) => / under (.*)$/.exec(line)?.[1],
  );
  expect([
    ['good-0', 'first'],
    ['first', 'good-1'],
  ]).toContainEqual(texts);
});

it('every configuration is tried first in a VM of its own, the canary, whose shared data stays even when it refuses', async () => {
  const { bed, visit } = await start();
  const { line } = await visit('hello');
  await bed.refused('devices', { text: 'x-written' });
  const [canary] = bed.said(/refuses x-written/);
  expect(vmOf(canary!)).toBeGreaterThan(vmOf(line));
  await bed.waitForSaid(new RegExp(`^vm ${vmOf(line)} reads x-written$`));
  await bed.apply('devices', { text: 'second' });
  const accepted = await bed.waitForSaid(/accepts second/, 3);
  expect(vmOf(accepted[0]!)).toBeGreaterThan(vmOf(canary!));
  // Then the main thread and the worker, in either order, in the VMs that they have.
  const [, ...had] = bed.said(/accepts first/).map(vmOf);
  expect(new Set(accepted.slice(1).map(vmOf))).toEqual(new Set(had));
});

it('a configure that fails on one worker only is ACKed; that worker refuses new connections, and Envoy every push, until the VM key changes', async () => {
  const plugins = [{}, { name: 'assignment', on: 'unbound' as const }];
  const { bed, server, visit } = await start({ plugins, workers: 2 });
  const { device, line } = await visit('before');
  const failing = vmOf(line);
  await bed.apply('devices', { text: `w${failing}` });
  await bed.waitForSaid(/ w\d+$/, 4);
  const attempt = async (words: string) => {
    const name = `${words}.`;
    const tried = await bed.device('devices', name);
    const answered = await tried.waitForBytes(name.length).then(
      () => true,
      () => false,
    );
    tried.stop();
    return answered;
  };
  /** How many of 32 connections were answered; with two workers all or about half. */
  const answered = async (words: string): Promise<number> => {
    const all = await Promise.all(Array.from({ length: 32 }, (_, i) => attempt(`${words}-${i}`)));
    return all.filter((value) => value).length;
  };
  const some = await answered('failed');
  expect(some).toBeGreaterThan(0);
  expect(some).toBeLessThan(32);
  // They skip the filter, and the name of no cluster is what tcp_proxy then finds.
  expect(await bed.envoy.counter('tcp.devices.downstream_cx_no_route')).toBe(32 - some);
  expect(server.accepted).toBe(1 + some);
  expect(new Set(bed.said(/sees failed/).map(vmOf)).has(failing)).toBe(false);
  // The connection from before is still served there.
  await device.send('onward');
  expect((await bed.waitForSaid(/sees onward/))[0]).toMatch(
    new RegExp(`^vm ${failing} .*chunk 2 under first$`),
  );
  // From now on every configuration of every plugin with that VM key is refused, whatever it says.
  for (const name of ['devices', 'assignment']) {
    const nack = await bed.refused(name, { text: 'good' });
    expect(nack.message).toContain('Unable to create Wasm plugin');
  }
  // The canaries accept it, and nothing else is asked.
  const canaries = bed.said(/accepts good/).map(vmOf);
  expect(canaries).toHaveLength(2);
  expect(Math.min(...canaries)).toBeGreaterThan(failing);
  expect(await answered('still')).toBeLessThan(32);
  await bed.apply('devices', { generation: '2' });
  await bed.waitForSaid(/accepts good/, 4);
  expect(await answered('again')).toBe(32);
});

it('an update of the configuration keeps the VM: globals live on, and live connections keep their contexts and their root', async () => {
  const { bed, visit } = await start();
  const { device, line } = await visit('before');
  expect(line).toContain('visits 1 chunk 1 under first');
  await bed.apply('devices', { text: 'second' });
  await bed.waitForSaid(/accepts second/, 3);
  const after = await visit('after');
  expect(after.line).toBe(`vm ${vmOf(line)} sees after visits 2 chunk 1 under second`);
  await device.send('onward');
  expect((await bed.waitForSaid(/sees onward/))[0]).toBe(
    `vm ${vmOf(line)} sees onward visits 2 chunk 2 under first`,
  );
});

it('the root of an old configuration ticks on while a connection of it lives, and is deleted with the last one', async () => {
  const { bed, visit } = await start();
  const { device, line } = await visit('before');
  await bed.apply('devices', { text: 'second' });
  await bed.waitForSaid(/accepts second/, 3);
  const ticks = await bed.envoy.counter('wasmcustom.ticks.first');
  await bed.envoy.waitForStat('wasmcustom.ticks.first', ticks + 5);
  const gone = new RegExp(`^vm ${vmOf(line)} loses root first$`);
  expect(bed.said(gone)).toEqual([]);
  device.stop();
  await bed.waitForSaid(gone);
});

it('set_tick_period(0) from the tick of an old root ends its ticks', async () => {
  const { bed, visit } = await start({ plugins: [{ text: 'stops' }] });
  const { device, line } = await visit('before');
  await bed.apply('devices', { text: 'second' });
  await bed.waitForSaid(/accepts second/, 3);
  // One last tick, in which it stops.
  const second = await bed.envoy.counter('wasmcustom.ticks.second');
  await bed.envoy.waitForStat('wasmcustom.ticks.second', second + 5);
  const last = await bed.envoy.counter('wasmcustom.ticks.stops');
  await bed.envoy.waitForStat('wasmcustom.ticks.second', second + 15);
  expect(await bed.envoy.counter('wasmcustom.ticks.stops')).toBe(last);
  expect(bed.said(new RegExp(`^vm ${vmOf(line)} loses root stops$`))).toEqual([]);
  await device.send('onward');
  expect((await bed.waitForSaid(/sees onward/))[0]).toContain('chunk 2 under stops');
});
