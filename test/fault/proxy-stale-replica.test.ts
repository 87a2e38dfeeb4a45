/** A replica has lost etcd while the others have it: proxies must not depend on what it does not know. */
import { expect, test } from 'vitest';
import { controlView } from '../../local/control-view.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { waitFor } from '../harness/wait.ts';
import { assignment } from '../integration/system.ts';
import { measured, stopwatch } from './measured.ts';
import { pinInForce } from './pins.ts';
import { Population } from './population.ts';
import { leftWith, onlyVia, setWays } from './proxy-ways.ts';
import { RelayedStack, START_MS } from './relayed-stack.ts';
import { leaderAmong, others, type ReplicaPart } from './replica.ts';

const TIMEOUT_MS = START_MS + 240_000;

interface Scene {
  readonly system: RelayedStack;
  readonly leader: ReplicaPart;
  /** Neither leads. */
  readonly stale: ReplicaPart;
  readonly third: ReplicaPart;
}

async function start(cleanup: Cleanup): Promise<Scene> {
  const system = await RelayedStack.start(cleanup);
  const leader = await leaderAmong(system.controlPlanes);
  const [stale, third] = others(system.controlPlanes, leader);
  if (stale === undefined || third === undefined) throw new Error('there are no other replicas');
  return { system, leader, stale, third };
}

test('proxies that it serves go to the others', { timeout: TIMEOUT_MS }, async () => {
  const { system, leader, stale } = await start(cleanupAfterTest());
  const [proxy] = system.proxies;
  if (proxy === undefined) throw new Error('there is no proxy');
  await onlyVia(system, proxy, [stale]);
  setWays(system, proxy, 'through');
  const since = stopwatch();
  for (const relay of system.toEtcd(stale)) relay.set('silent');
  await pinInForce(system, leader, 'while-one-is-stale');
  measured('proxy', 'served by a replica that lost etcd: a pin is in force at every proxy after', since());
});

test('a server that it does not know is not forgotten', { timeout: TIMEOUT_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const { system, leader, stale, third } = await start(cleanup);
  const [proxy] = system.proxies;
  if (proxy === undefined) throw new Error('there is no proxy');
  await Promise.all(system.proxies.map((one) => onlyVia(system, one, [leader, third])));
  for (const relay of system.toEtcd(stale)) relay.set('silent');
  await system.addServer('server-4');
  await waitFor(
    async () => {
      // The leader alone: the one that is stale would never say so.
      const { servers } = await assignment({ controlPlanes: [leader] });
      const { appliedBy } = await controlView({ controlPlanes: [leader] });
      const hasShare = servers.some(({ id, slots }) => id === 'server-4' && slots > 0);
      return hasShare && appliedBy === system.proxies.length;
    },
    { what: 'every proxy to route to the new server, which has its share', timeout: 120_000, interval: 100 },
  );
  const population = await Population.settle(system, cleanup);
  expect([...population.homes.values()]).toContain('server-4');

  await leftWith(system, proxy, stale);
  await population.unnoticed();
  const late = await Population.settle(system, cleanup, 'late');
  expect(late.homes).toEqual(population.homes);
});
