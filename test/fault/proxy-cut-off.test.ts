/**
 * A proxy reaches no control plane for a long time: it serves on, and then catches up without dropping a connection or going
 * back a version, also by way of a replica that lags behind.
 *
 * COHORT_FAULT_CUTOFF_SECONDS: how long; default 30.
 */
import { expect, test } from 'vitest';
import { slotOf } from '../../control-plane/placement/slot.ts';
import type { Part } from '../../local/topology.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { organizations } from '../integration/devices.ts';
import { slotTable } from '../integration/system.ts';
import { measured, stopwatch } from './measured.ts';
import { pin, pinInForce } from './pins.ts';
import { deadServers } from './deaths.ts';
import { assignmentOf } from './known-assignment.ts';
import { Population } from './population.ts';
import { appliedVersion, isServedBy, leftWith, onlyVia, proxyStats, setWays } from './proxy-ways.ts';
import { RelayedStack, START_MS } from './relayed-stack.ts';
import { leaderAmong, others, type ReplicaPart } from './replica.ts';

const CUTOFF_MS = Number(process.env.COHORT_FAULT_CUTOFF_SECONDS ?? 30) * 1_000;
const TIMEOUT_MS = START_MS + CUTOFF_MS + 480_000;
/** Milliseconds; a second or two is the aim. */
const CATCH_UP_MS = 60_000;

/** What Envoy counts when the filter is given an assignment older than the one in force. */
const OLDER = 'wasmcustom.cohort.assignment.older';

/** Pins an organization to a living server that is not the table's. @returns the server */
async function pinElsewhere(replica: ReplicaPart, organization: string): Promise<string> {
  const assignment = await assignmentOf(replica);
  const home = slotTable(assignment)[slotOf(organization)];
  const server = assignment.servers.find(({ id }) => id !== home)?.id;
  if (server === undefined) throw new Error('there is no other server');
  await pin(replica, organization, server);
  return server;
}

async function applied(leader: Part, proxy: Part, version: string): Promise<number> {
  const since = stopwatch();
  let seen: unknown;
  await waitFor(
    async () => {
      seen = await appliedVersion(leader, proxy);
      return seen === BigInt(version);
    },
    { what: `${proxy.id} to route by version ${version}`, timeout: CATCH_UP_MS, describe: () => seen },
  );
  return since();
}

test('a proxy is cut off from every control plane', { timeout: TIMEOUT_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const system = await RelayedStack.start(cleanup, { servers: 4 });
  const population = await Population.settle(system, cleanup);
  const leader = await leaderAmong(system.controlPlanes);
  const [lagging, third] = others(system.controlPlanes, leader);
  const [cutOff, ...proxies] = system.proxies;
  const victim = system.servers.at(-1);
  if (!lagging || !third || !cutOff || !victim) throw new Error('parts are missing');
  const current = [leader, third];
  await pinInForce(system, leader, 'before');
  const pins = new Map<string, string>();
  const pinOne = async (name: string): Promise<void> => void pins.set(name, await pinElsewhere(leader, name));

  await Promise.all(proxies.map((proxy) => onlyVia(system, proxy, current)));
  setWays(system, cutOff, 'silent');
  const since = stopwatch();
  await waitFor(async () => (await appliedVersion(leader, cutOff)) === undefined, {
    what: 'the leader to have forgotten the proxy',
    timeout: 60_000,
  });
  // One replica knows of these two changes, and of no later one.
  await pinOne('early-1');
  await pinOne('early-2');
  await waitFor(async () => 'early-2' in (await assignmentOf(lagging)).pins, { what: 'the second pin' });
  for (const relay of system.toEtcd(lagging)) relay.set('silent');

  // A server dies: the proxy passes over it, to the same servers as the others.
  await victim.kill('SIGKILL');
  const bereaved = population.devices.filter(
    ({ organization }) => population.homes.get(organization) === victim.id,
  );
  await waitFor(() => bereaved.every(({ connected, session }) => connected && session >= 2), {
    what: 'the devices of the dead server to be somewhere else',
    timeout: 60_000,
  });
  await waitFor(
    async () => {
      const { servers, drainUpTo, tableVersion } = await assignmentOf(leader);
      return servers.every(({ id }) => id !== victim.id) && drainUpTo === tableVersion;
    },
    { what: 'the assignment without the dead server', timeout: 60_000 },
  );
  const sessions = population.devices.map(({ id, session }) => [id, session]);
  const homes = await population.found();
  expect(homes.size).toBe(population.organizations.length);
  const late = await Population.settle(system, cleanup, 'late', { organizations: organizations(30) });
  for (const [one, home] of homes) expect([one, late.homes.get(one)]).toEqual([one, home]);

  const unnoticed = async (): Promise<void> => {
    expect(await deadServers(leader)).toEqual([victim.id]);
    expect(population.devices.filter(({ connected }) => !connected).map(({ id }) => id)).toEqual([]);
    expect(population.devices.map(({ id, session }) => [id, session])).toEqual(sessions);
    expect(late.disturbed()).toEqual([]);
    expect(await population.found()).toEqual(homes);
    await population.talk();
    await late.talk();
  };
  for (let n = 1; n <= 4; n++) {
    await waitFor(() => since() >= (CUTOFF_MS * n) / 4, {
      what: `${(CUTOFF_MS * n) / 4_000} s of being cut off`,
      timeout: CUTOFF_MS,
      interval: 100,
    });
    await pinOne(`later-${n}`);
    await unnoticed();
  }
  measured('proxy', 'cut off from every control plane, with nobody noticing, for', since());

  // It comes back to a replica that knows a part of what has happened, if that serves it, then to one that knows all.
  const { version: laggingVersion } = await assignmentOf(lagging);
  const back = stopwatch();
  await leftWith(system, cutOff, lagging);
  await waitFor(
    async () =>
      (await appliedVersion(leader, cutOff)) === BigInt(laggingVersion) ||
      !(await isServedBy(system, cutOff, lagging)),
    { what: 'the proxy to have caught up with the replica that lags', timeout: CATCH_UP_MS },
  );
  measured(
    'proxy',
    'reconnected to a replica that lags: it had what that has, and had asked it five times, after',
    back(),
  );
  await unnoticed();
  await onlyVia(system, cutOff, current);
  const { version } = await assignmentOf(leader);
  expect(BigInt(version)).toBeGreaterThan(BigInt(laggingVersion));
  measured(
    'proxy',
    'reconnected to one that does not: it had caught up after',
    await applied(leader, cutOff, version),
  );
  await unnoticed();
  const placed = await Population.settle(system, cleanup, 'placed', { organizations: [...pins.keys()] });
  expect(placed.homes).toEqual(pins);

  // What the one that lags offers is old by now: that changes nothing.
  const older = async (): Promise<number> => (await proxyStats(cutOff, OLDER)).get(OLDER) ?? 0;
  expect(await older()).toBe(0);
  await leftWith(system, cutOff, lagging);
  await waitFor(async () => (await older()) > 0 || !(await isServedBy(system, cutOff, lagging)), {
    what: 'the proxy to have been offered the old assignment',
    timeout: CATCH_UP_MS,
  });
  const again = await Population.settle(system, cleanup, 'again', { organizations: [...pins.keys()] });
  expect(again.homes).toEqual(pins);
  await unnoticed();

  for (const relay of system.toEtcd(lagging)) relay.set('through');
  for (const proxy of system.proxies) setWays(system, proxy, 'through');
  await pinInForce(system, lagging, 'after');
  for (const each of [placed, again]) await each.unnoticed();
  await unnoticed();
});
