/** Somebody writes nonsense over a stored value: it is set aside and named, and things go on with the last good one. */
import { expect, test } from 'vitest';
import { ASSIGNMENT, servers } from '../../control-plane/model/index.ts';
import { currentKey } from '../../control-plane/store/chunks.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { organizations } from '../integration/devices.ts';
import { routesTo } from '../integration/system.ts';
import { measured, stopwatch } from './measured.ts';
import { pinInForce } from './pins.ts';
import { leftWith, setWays } from './proxy-ways.ts';
import { Deaths } from './deaths.ts';
import { assignmentOf, movedSlots } from './known-assignment.ts';
import { Population } from './population.ts';
import { RelayedStack, START_MS } from './relayed-stack.ts';
import { leaderAmong, others, type ReplicaPart } from './replica.ts';

const TIMEOUT_MS = START_MS + 240_000;
const NONSENSE = '\u0000{ by hand';

/** Resolves when every replica has set that many values aside. */
async function setAside(replicas: readonly ReplicaPart[], count: number): Promise<void> {
  await waitFor(
    async () => {
      const counts = await Promise.all(replicas.map((one) => one.metric('cohort_store_invalid_values')));
      return counts.every((values) => values.get('') === count);
    },
    { what: `${count} values to be set aside everywhere`, timeout: 60_000 },
  );
}

/** Whether its log names the key. */
function names(replica: ReplicaPart, key: string): boolean {
  return replica.log().some((line) => line.key === key && line.msg.includes('set aside'));
}

test('the record of a server is damaged, and the leader is killed', { timeout: TIMEOUT_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const system = await RelayedStack.start(cleanup);
  const population = await Population.settle(system, cleanup);
  const deaths = await Deaths.since(system);
  const leader = await leaderAmong(system.controlPlanes);
  const rest = others(system.controlPlanes, leader);
  const [victim] = system.servers;
  if (victim === undefined) throw new Error('there is no server');
  const before = await assignmentOf(leader);
  const key = servers.keyOf(victim.id);
  const good = await system.store.get(key);
  if (good === undefined) throw new Error(`${key} is not stored`);

  const since = stopwatch();
  await system.store.put(key, NONSENSE);
  await setAside(system.controlPlanes, 1);
  measured('etcd', 'a damaged server: set aside by every replica after', since());
  expect(system.controlPlanes.map((replica) => names(replica, key))).toEqual([true, true, true]);
  await population.unnoticed();
  // New devices of its organizations find it.
  const late = await Population.settle(system, cleanup, 'late', { organizations: organizations(30) });
  for (const [one, home] of population.homes) expect([one, late.homes.get(one)]).toEqual([one, home]);

  await leader.kill('SIGKILL');
  const successor = await leaderAmong(rest);
  await pinInForce(system, successor, 'under-the-next');
  expect(movedSlots(before, await assignmentOf(successor))).toBe(0);
  // One that has never read the good value must do no harm to proxies that have no other.
  const starting = leader.start();
  await waitFor(() => names(leader, key), { what: `${leader.id} to name ${key}`, timeout: 60_000 });
  await Promise.all(system.proxies.map((proxy) => leftWith(system, proxy, leader)));
  await population.unnoticed();
  await late.unnoticed();
  const later = await Population.settle(system, cleanup, 'later', { organizations: organizations(40) });
  for (const [one, home] of late.homes) expect([one, later.homes.get(one)]).toEqual([one, home]);

  await system.store.put(key, good.value);
  await starting;
  await setAside(system.controlPlanes, 0);
  for (const proxy of system.proxies) setWays(system, proxy, 'through');
  await pinInForce(system, successor, 'mended');
  expect(movedSlots(before, await assignmentOf(leader))).toBe(0);
  for (const devices of [population, late, later]) await devices.unnoticed();
  await deaths.none();
});

test(
  'the assignment in force is damaged: the leader, which knows it, writes it again',
  { timeout: TIMEOUT_MS },
  async () => {
    const cleanup = cleanupAfterTest();
    const system = await RelayedStack.start(cleanup);
    // A table with a history: made anew from the servers there are, it would be another one.
    await system.addServer('server-4');
    await routesTo(system, system.servers);
    const population = await Population.settle(system, cleanup);
    const deaths = await Deaths.since(system);
    const leader = await leaderAmong(system.controlPlanes);
    const [other, third] = others(system.controlPlanes, leader);
    if (other === undefined || third === undefined) throw new Error('there are no other replicas');
    await pinInForce(system, leader, 'before');
    const before = await assignmentOf(leader);
    const key = currentKey(ASSIGNMENT);

    const since = stopwatch();
    await system.store.put(key, NONSENSE);
    await waitFor(() => names(leader, key), {
      what: 'the leader to name the damaged assignment',
      timeout: 60_000,
    });
    await population.unnoticed();
    await setAside(system.controlPlanes, 0);
    measured('etcd', 'a damaged assignment: a good one was stored again after', since());

    // Whoever starts now and leads has it.
    for (const replica of [other, third, leader]) {
      await replica.kill('SIGKILL');
      await replica.start();
    }
    await leaderAmong(system.controlPlanes);
    await pinInForce(system, other, 'after');
    const after = await assignmentOf(other);
    expect(movedSlots(before, after)).toBe(0);
    expect(Object.keys(after.pins)).toEqual(['after', 'before']);
    expect(BigInt(after.version)).toBeGreaterThan(BigInt(before.version));
    await population.unnoticed();
    await deaths.none();
  },
);
