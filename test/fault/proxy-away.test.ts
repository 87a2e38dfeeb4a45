/** A proxy goes: its devices come back through the others to the servers that they had, and nobody else notices. */
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { organizations } from '../integration/devices.ts';
import { measured, stopwatch } from './measured.ts';
import { pinInForce } from './pins.ts';
import { Deaths } from './deaths.ts';
import { assignmentOf } from './known-assignment.ts';
import { Population, seated } from './population.ts';
import { proxyStats } from './proxy-ways.ts';
import { RelayedStack, START_MS } from './relayed-stack.ts';
import { returnRate } from './return-rate.ts';
import { leaderAmong } from './replica.ts';

const TIMEOUT_MS = START_MS + 600_000;
/** The pause of the devices before they come back: anything up to 10 s. */
const JITTER_MS = 10_000;

/** Waits until the servers have noticed who is gone: then everybody has one seat. */
async function everybodySeated(system: RelayedStack, populations: readonly Population[]): Promise<void> {
  const all = populations.reduce((sum, { devices }) => sum + devices.length, 0);
  await waitFor(async () => (await seated(system)) === all, {
    what: 'the servers to have everybody, once',
    timeout: 60_000,
  });
}

test('it is killed', { timeout: TIMEOUT_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const system = await RelayedStack.start(cleanup);
  const population = await Population.settle(system, cleanup, 'first', {
    reconnectTo: system.proxies,
    reconnectMs: [JITTER_MS, JITTER_MS],
  });
  const deaths = await Deaths.since(system);
  const [killed] = system.proxies;
  const leader = await leaderAmong(system.controlPlanes);
  if (killed === undefined) throw new Error('there is no proxy');
  const before = await assignmentOf(leader);

  const bereaved = population.through(killed);
  const rate = returnRate(bereaved);
  await killed.kill('SIGKILL');
  const { lastMs, busiestSecond } = await rate;
  measured('proxy', `killed: all of its ${bereaved.length} devices were back after`, lastMs);
  process.stderr.write(
    `measured: proxy: killed: most devices that came back within a second ${busiestSecond}\n`,
  );
  // A tenth of them is what the devices' own jitter makes of it.
  expect(busiestSecond).toBeLessThan(bereaved.length / 2);
  expect(bereaved.filter(({ session }) => session !== 2).map(({ id }) => id)).toEqual([]);
  expect(population.disturbed(population.devices.filter((one) => !bereaved.includes(one)))).toEqual([]);
  await everybodySeated(system, [population]);
  expect(await population.found()).toEqual(population.homes);

  await killed.start();
  const late = await Population.settle(system, cleanup, 'late', { proxies: [killed] });
  expect(late.homes).toEqual(population.homes);
  await population.talk();
  expect(await assignmentOf(leader)).toEqual(before);
  await deaths.none();
});

test('all are rolled, one after the other', { timeout: TIMEOUT_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const system = await RelayedStack.start(cleanup);
  const population = await Population.settle(system, cleanup, 'first', {
    reconnectTo: system.proxies,
    reconnectMs: [JITTER_MS, JITTER_MS],
  });
  const deaths = await Deaths.since(system);
  const leader = await leaderAmong(system.controlPlanes);
  const before = await assignmentOf(leader);
  for (const proxy of system.proxies) {
    const sessions = new Map(population.devices.map(({ id, session }) => [id, session]));
    const bereaved = population.through(proxy);
    const rate = returnRate(bereaved);
    await proxy.stop();
    await proxy.start();
    const { lastMs, busiestSecond } = await rate;
    measured('proxy', `${proxy.id} rolled: all of its ${bereaved.length} devices were back after`, lastMs);
    process.stderr.write(
      `measured: proxy: ${proxy.id} rolled: most devices that came back within a second ${busiestSecond}\n`,
    );
    expect(busiestSecond).toBeLessThan(bereaved.length / 2);
    const others = population.devices.filter((one) => !bereaved.includes(one));
    expect(others.filter(({ id, session }) => session !== sessions.get(id)).map(({ id }) => id)).toEqual([]);
    await everybodySeated(system, [population]);
    expect(await population.found()).toEqual(population.homes);
  }
  await population.talk();
  expect(await assignmentOf(leader)).toEqual(before);
  await deaths.none();
});

/** The same code to the eye, and another one to Envoy: with a custom section more (WebAssembly core, 5.5.3). */
async function newFilterCode(path: string, name: string): Promise<void> {
  const text = Buffer.from(name);
  const section = Buffer.concat([Buffer.from([0, text.length + 1, text.length]), text]);
  await writeFile(path, Buffer.concat([await readFile(path), section]));
}

test('the filters get new code, by replicas that are rolled', { timeout: TIMEOUT_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const system = await RelayedStack.start(cleanup);
  const population = await Population.settle(system, cleanup);
  const deaths = await Deaths.since(system);
  const [first] = system.controlPlanes;
  if (first === undefined) throw new Error('there is no replica');
  const before = await assignmentOf(first);
  const machines = async (): Promise<number[]> =>
    Promise.all(
      system.proxies.map(async (proxy) => {
        const created = (await proxyStats(proxy, 'wasm')).entries();
        return [...created].find(([name]) => name.endsWith('.created'))?.[1] ?? 0;
      }),
    );
  const machinesBefore = await machines();

  const since = stopwatch();
  await newFilterCode(system.filterCode, 'second');
  for (const replica of system.controlPlanes) {
    await replica.stop();
    await replica.start();
  }
  await waitFor(
    async () => (await machines()).every((created, i) => created > (machinesBefore[i] ?? Infinity)),
    { what: 'every proxy to run the new code', timeout: 120_000, describe: () => machinesBefore },
  );
  measured('proxy', 'new filter code: every proxy ran it, all replicas having been rolled, after', since());
  await population.unnoticed();
  const late = await Population.settle(system, cleanup, 'late', { organizations: organizations(30) });
  for (const [one, home] of population.homes) expect([one, late.homes.get(one)]).toEqual([one, home]);
  const after = await assignmentOf(first);
  expect([after.epoch, after.version]).toEqual([before.epoch, before.version]);

  // Connections that the old code has taken follow a move as those do that the new one has.
  const [mover] = population.organizations;
  const target = system.servers.find(({ id }) => id !== population.homes.get(mover ?? ''));
  if (mover === undefined || target === undefined) throw new Error('there is nothing to move');
  await pinInForce(system, first, mover, target.id);
  const movers = [...population.devices, ...late.devices].filter(
    ({ organization }) => organization === mover,
  );
  await waitFor(
    async () =>
      movers.every(({ connected, session }) => connected && session === 2) &&
      (await population.found()).get(mover) === target.id,
    {
      what: `all devices of ${mover} to have followed`,
      timeout: 300_000,
      interval: 250,
      describe: () => movers.filter(({ session }) => session !== 2).map(({ id }) => id),
    },
  );
  const stayed = [...population.devices, ...late.devices].filter((one) => !movers.includes(one));
  expect(population.disturbed(stayed)).toEqual([]);
  await deaths.none();
});
