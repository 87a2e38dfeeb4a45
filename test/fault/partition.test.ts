/** Proxies cannot reach a server that others reach. */
import { expect, test } from 'vitest';
import type { Part, Topology } from '../../local/topology.ts';
import { slotOf } from '../../control-plane/placement/slot.ts';
import { waitFor } from '../harness/wait.ts';
import { assignment, seats } from '../integration/system.ts';
import type { FleetDevice } from './fleet.ts';
import { lose } from './loss.ts';
import { measured, stopwatch } from './measured.ts';
import { assignmentNow, verdictIs, verdictOn } from './routes.ts';
import { Sampler } from './samples.ts';
import { atHome, expectStayed, organizationsOn, settled, type Homes } from './settled.ts';
import { startPopulated, type Populated } from './start.ts';
import { START_MS } from './system.ts';
import { scans, scanUntil, seesFor } from './views.ts';

const MOST_MS = 30_000;

test(
  'a majority cannot reach a server: it is dead for all, and its organizations move whole',
  { timeout: START_MS + 180_000 },
  async () => {
    const row = 'majority cut off';
    const populated = await startPopulated({
      settings: { drainWindowMs: 5_000, longestDrainWindowMs: 5_000 },
    });
    const { system, faults } = populated;
    const [one, other] = system.proxies;
    const server = system.servers[2]!;
    const cut = async (): Promise<void> => {
      await Promise.all([faults.cut(one!, server), faults.cut(other!, server)]);
    };
    // What the proxies have closed the server has not heard of: it cannot be asked.
    await lose(populated, server, cut, { away: [server], note: (what, ms) => measured(row, what, ms) });
    expect(await verdictOn(system, server)).toMatchObject({ state: 'dead' });

    const mended = stopwatch();
    await Promise.all([faults.mend(one!, server), faults.mend(other!, server)]);
    await verdictIs(system, server, 'alive');
    measured(row, 'mended: alive after', mended());
  },
);

test(
  'one proxy cannot reach a server: its devices sit on the fallback until a heal order brings them home',
  { timeout: START_MS + 240_000 },
  async () => {
    const row = 'one proxy cut off';
    const perSecond = 8;
    const populated = await startPopulated({
      settings: {
        drainWindowMs: 5_000,
        longestDrainWindowMs: 5_000,
        drainPerSecond: perSecond,
        healHoldDownMs: 3_000,
      },
    });
    const { system, fleet, faults, cleanup, homes: before } = populated;
    const [proxy] = system.proxies;
    const server = system.servers[0]!;
    const bereaved = bereavedOf(populated, proxy!, server);
    const table = (await assignmentNow(system)).tableVersion;
    const sessions = fleet.sessions();

    const elapsed = stopwatch();
    const closings = cleanup.own(new Sampler(() => Promise.resolve(ended(bereaved)), 20));
    await faults.cut(proxy!, server);
    await seesFor(system, proxy!, server, 'dead');
    measured(row, 'the proxy sees the server dead after', elapsed());
    await onFallback(system, server, bereaved);
    measured(row, 'its devices are served by others after', elapsed());
    await closings.stop();
    const spread = spreadOf(closings.samples);
    measured(row, `${bereaved.length} connections at ${perSecond} a second were closed within`, spread);
    // Turns come in ticks of a quarter of a second, so that a little more than the rate is possible.
    expect(spread).toBeGreaterThan((bereaved.length / perSecond) * 500);
    expect(spread).toBeLessThan(MOST_MS);

    const affected = new Set(bereaved.map(({ device }) => device.organization));
    const record = await scanUntil(
      system,
      'all of them to be found split by the partition',
      ({ found }) => found.filter(({ why }) => why === 'partition').length >= affected.size,
    );
    const split = record.found.filter(({ why }) => why === 'partition');
    for (const { slot, assigned } of split) {
      expect([...affected].map(slotOf)).toContain(slot);
      expect(assigned).toBe(server.id);
    }
    expect(record.left).toMatchObject({ partition: split.length });

    // Nothing else comes of it, however long it lasts.
    await seesFor(system, proxy!, server, 'dead', 15_000);
    expect(await verdictOn(system, server)).toMatchObject({ state: 'alive' });
    expect((await assignmentNow(system)).tableVersion).toBe(table);
    expectReconnected(fleet.reconnectedSince(sessions), bereaved, 1);

    const mended = stopwatch();
    await faults.mend(proxy!, server);
    const after = await atHome(system, fleet, { timeout: 120_000 });
    measured(row, 'mended: everybody is home after', mended());
    expect(after).toEqual(before);
    expectReconnected(fleet.reconnectedSince(sessions), bereaved, 2);
    expect((await assignmentNow(system)).tableVersion).toBe(table);
    const healing = (await scans(system)).filter(({ ordered }) => ordered > 0);
    expect(healing.map(({ trigger }) => trigger)).toContain('follow-up');
  },
);

test(
  'one proxy cannot reach a server for long: what it cannot reach moves away whole, and stays away',
  { timeout: START_MS + 240_000 },
  async () => {
    const row = 'one proxy cut off for long';
    const unreachedMs = 5_000;
    const populated = await startPopulated({
      settings: { drainWindowMs: 5_000, longestDrainWindowMs: 5_000, healHoldDownMs: 2_000, unreachedMs },
    });
    const { system, fleet, faults, homes: before } = populated;
    const [, proxy] = system.proxies;
    const server = system.servers[3]!;
    const affected = new Set(bereavedOf(populated, proxy!, server).map(({ device }) => device.organization));

    const elapsed = stopwatch();
    await faults.cut(proxy!, server);
    const options = { away: [server], timeout: unreachedMs + MOST_MS };
    const after = await settled(system, fleet, options);
    measured(
      row,
      `beyond ${unreachedMs} ms: everybody is together on other servers after`,
      elapsed() - unreachedMs,
    );
    expect(await verdictOn(system, server)).toMatchObject({
      state: 'alive',
      avoided: expect.anything() as object,
    });
    expectStayed(before, after, [server]);
    expect(organizationsOn(before, server).filter((one) => !affected.has(one))).toEqual([]);
    expect(await atHome(system, fleet, options)).toEqual(after);

    const { tableVersion } = await assignment(system);
    const sessions = fleet.sessions();
    await faults.mend(proxy!, server);
    await seesFor(system, proxy!, server, 'healthy', 20_000);
    expect((await assignment(system)).tableVersion).toBe(tableVersion);
    // By now it has heard that the connections are gone.
    expect(await settled(system, fleet)).toEqual(after);
    expect([...fleet.reconnectedSince(sessions)]).toEqual([]);
  },
);

/** Devices that come to this server through this proxy. */
function bereavedOf(
  { fleet, homes }: { fleet: Populated['fleet']; homes: Homes },
  proxy: Part,
  server: Part,
): FleetDevice[] {
  const on = new Set(organizationsOn(homes, server));
  const found = fleet.all.filter((one) => one.proxy === proxy.id && on.has(one.device.organization));
  expect(found.length).toBeGreaterThan(0);
  return found;
}

/** Of these devices, how many have lost a connection so far. */
function ended(devices: readonly FleetDevice[]): number {
  return devices.filter(({ device }) => Object.values(device.endings).some((count) => count > 0)).length;
}

/** Milliseconds from the first to the last of them. */
function spreadOf(samples: Sampler<number>['samples']): number {
  const last = samples.at(-1)?.value ?? 0;
  const begin = samples.find(({ value }) => value > 0)?.atMs ?? 0;
  const end = samples.find(({ value }) => value === last)?.atMs ?? 0;
  return end - begin;
}

/** Resolves when these devices are connected, and other servers have exactly them, each organization's on one. */
async function onFallback(system: Topology, server: Part, devices: readonly FleetDevice[]): Promise<void> {
  const others = system.servers.filter((other) => other !== server);
  const wanted = new Map<string, number>();
  for (const { device } of devices)
    wanted.set(device.organization, (wanted.get(device.organization) ?? 0) + 1);
  let seen: unknown;
  await waitFor(
    async () => {
      const found = await seats({ servers: others });
      const on = [...wanted.keys()].map((one) => [one, [...(found.get(one)?.values() ?? [])]]);
      seen = on;
      return (
        devices.every(({ device }) => device.connected) &&
        JSON.stringify(on) === JSON.stringify([...wanted].map(([one, count]) => [one, [count]]))
      );
    },
    { what: 'the devices that were cut off to sit on other servers', timeout: MOST_MS, describe: () => seen },
  );
}

/** These and no others have been connected anew, so often. */
function expectReconnected(
  found: ReadonlyMap<FleetDevice, number>,
  devices: readonly FleetDevice[],
  times: number,
): void {
  const wanted = devices.map(({ device }) => [device.id, times]);
  expect([...found].map(([{ device }, count]) => [device.id, count])).toEqual(wanted);
}
