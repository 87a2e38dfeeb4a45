/** Parts are killed: devices keep their server, or find it again. */
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../control-plane/model/index.ts';
import { controlView } from '../../local/control-view.ts';
import type { Topology } from '../../local/topology.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { DeviceGroup, organizations } from './devices.ts';
import { assignment, homes, routesTo, seats, START_MS, startSystem } from './system.ts';

const TIMEOUT_MS = START_MS + 180_000;

/** How soon a death shows is printed. */
const settings = { healthCheckIntervalMs: DEFAULT_SETTINGS.healthCheckIntervalMs };

/** Sorted, for comparing. */
async function sortedHomes(system: Topology): Promise<[string, string][]> {
  return [...(await homes(system))].sort(([a], [b]) => (a < b ? -1 : 1));
}

test(
  'a proxy is killed: its devices come back through the other to the same servers',
  { timeout: TIMEOUT_MS },
  async () => {
    const cleanup = cleanupAfterTest();
    const system = await startSystem(cleanup, { controlPlanes: 1 });
    const [first, second] = system.proxies;
    if (!first || !second) throw new Error('there are no two proxies');
    const group = cleanup.own(
      new DeviceGroup({ organizations: organizations(40), proxies: [first, second], reconnectTo: [second] }),
    );
    group.start();
    await group.allConnected();
    const before = await sortedHomes(system);

    await first.kill('SIGKILL');
    const bereaved = group.devices.filter(({ id }) => id.startsWith(first.id));
    await waitFor(() => bereaved.every(({ connected, session }) => connected && session >= 2), {
      what: 'the devices of the killed proxy to be back',
      timeout: 60_000,
    });
    await waitFor(async () => sum(await seats(system)) === group.devices.length, {
      what: 'the servers to have everybody, once',
    });
    expect(await sortedHomes(system)).toEqual(before);
    expect(group.devices.filter(({ id, session }) => id.startsWith(second.id) && session !== 1)).toEqual([]);

    // It comes back at the same place, and serves the same.
    const { addresses } = first;
    await first.start();
    expect(first.addresses).toMatchObject({ mqtt: addresses.mqtt, websocket: addresses.websocket });
    const late = cleanup.own(
      new DeviceGroup({ name: 'late', organizations: organizations(40), proxies: [first] }),
    );
    late.start();
    await late.allConnected();
    expect(await sortedHomes(system)).toEqual(before);
  },
);

test(
  'a server is killed: who connects right after is served by its neighbour, whole organizations together',
  { timeout: TIMEOUT_MS },
  async () => {
    const cleanup = cleanupAfterTest();
    const system = await startSystem(cleanup, { controlPlanes: 1, settings });
    const all = organizations(40);
    const probe = new DeviceGroup({ organizations: all, proxies: system.proxies.slice(0, 1) });
    probe.start();
    await probe.allConnected();
    const before = await homes(system);
    await probe.stop();
    await waitFor(async () => sum(await seats(system)) === 0, { what: 'the first devices to be gone' });

    const [victim] = system.servers;
    if (!victim) throw new Error('there is no server');
    await victim.kill('SIGKILL');
    const group = cleanup.own(new DeviceGroup({ organizations: all, proxies: system.proxies }));
    const began = performance.now();
    group.start();
    // A second is the aim.
    await group.allConnected(10_000);
    process.stderr.write(
      `a server killed: all devices were served after ${Math.round(performance.now() - began)} ms\n`,
    );
    const after = await homes(system);
    for (const [organization, server] of before) {
      if (server === victim.id)
        expect([organization, after.get(organization)]).not.toEqual([organization, server]);
      else expect([organization, after.get(organization)]).toEqual([organization, server]);
    }
    expect(after.size).toBe(all.length);

    // The control plane adopts what the proxies have done: nobody is moved a second time.
    const rest = system.servers.filter(({ id }) => id !== victim.id);
    await routesTo(system, rest);
    await waitFor(
      async () => {
        const { drainUpTo, tableVersion } = await assignment(system);
        return drainUpTo === tableVersion;
      },
      { what: 'connections to be allowed to follow' },
    );
    process.stderr.write(
      `a server killed: every proxy routed by the assignment without it ${Math.round(performance.now() - began)} ms after\n`,
    );
    expect(await homes(system)).toEqual(after);
    expect(group.devices.filter(({ session }) => session !== 1).map(({ id }) => id)).toEqual([]);
  },
);

test(
  'all control planes and etcd are killed: nothing stops, and nothing moves when they come back',
  { timeout: TIMEOUT_MS },
  async () => {
    const cleanup = cleanupAfterTest();
    const system = await startSystem(cleanup, { controlPlanes: 2 });
    const all = organizations(30);
    const heard: string[] = [];
    const group = cleanup.own(
      new DeviceGroup({
        organizations: all,
        proxies: system.proxies,
        onMessage: (device, payload) => heard.push(`${device} ${payload}`),
      }),
    );
    group.start();
    await group.allConnected();
    const before = await sortedHomes(system);
    const { version, epoch, tableVersion } = await assignment(system);

    const away = [...system.etcd, ...system.controlPlanes];
    await Promise.all(away.map((part) => part.kill('SIGKILL')));
    // Everybody still hears everybody of the organization.
    for (const device of group.devices) device.send(`from ${device.id}`);
    const perOrganization = group.devices.length / all.length;
    await waitFor(() => new Set(heard).size === group.devices.length * perOrganization, {
      what: 'every message to reach all devices of its organization',
      describe: () => heard.length,
      timeout: 30_000,
    });
    const late = cleanup.own(
      new DeviceGroup({ name: 'late', organizations: organizations(60), proxies: system.proxies }),
    );
    late.start();
    await late.allConnected();
    expect((await sortedHomes(system)).filter(([organization]) => all.includes(organization))).toEqual(
      before,
    );
    const meanwhile = await sortedHomes(system);

    await Promise.all(system.etcd.map((part) => part.start()));
    await Promise.all(system.controlPlanes.map((part) => part.start()));
    const back = await waitFor(
      async () => {
        const { appliedBy } = await controlView(system);
        return appliedBy === system.proxies.length && (await assignment(system));
      },
      { what: 'the proxies to be at the assignment in force', timeout: 60_000, interval: 100 },
    );
    expect([back.epoch, back.version, back.tableVersion]).toEqual([epoch, version, tableVersion]);
    expect(await sortedHomes(system)).toEqual(meanwhile);
    const dropped = [...group.devices, ...late.devices].filter(
      ({ session, connected }) => session !== 1 || !connected,
    );
    expect(dropped.map(({ id }) => id)).toEqual([]);
  },
);

function sum(found: ReadonlyMap<string, ReadonlyMap<string, number>>): number {
  return [...found.values()].flatMap((on) => [...on.values()]).reduce((total, count) => total + count, 0);
}
