/** Members of etcd are away: no device notices, and no server is taken for dead. */
import { expect, test } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { organizations } from '../integration/devices.ts';
import { etcdLeader } from './etcd-tools.ts';
import { measured, stopwatch } from './measured.ts';
import { Deaths } from './deaths.ts';
import { assignmentOf, movedSlots } from './known-assignment.ts';
import { Population } from './population.ts';
import { RelayedStack, START_MS } from './relayed-stack.ts';
import { pinInForce } from './pins.ts';

const TIMEOUT_MS = START_MS + 300_000;
/** Milliseconds that all of etcd is away. */
const AWAY_MS = 60_000;

test('one of three members is killed, and then the one that leads', { timeout: TIMEOUT_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const system = await RelayedStack.start(cleanup);
  const population = await Population.settle(system, cleanup);
  const deaths = await Deaths.since(system);
  const [replica] = system.controlPlanes;
  if (replica === undefined) throw new Error('there is no replica');
  const before = await assignmentOf(replica);

  const leader = await etcdLeader(system.etcd);
  const follower = system.etcd.find((member) => member !== leader);
  for (const [member, what] of [
    [follower, 'a member'],
    [leader, "the members' leader"],
  ] as const) {
    if (member === undefined) throw new Error('etcd has no such member');
    const since = stopwatch();
    await member.kill('SIGKILL');
    await pinInForce(system, replica, `${member.id}-away`);
    measured('etcd', `${what} killed: a pin put right after was in force at every proxy after`, since());
    await population.unnoticed();
    const back = stopwatch();
    await member.start();
    measured('etcd', `${what} started again served after`, back());
    await pinInForce(system, replica, `${member.id}-back`);
    await population.unnoticed();
  }
  expect(movedSlots(before, await assignmentOf(replica))).toBe(0);
  await deaths.none();
});

test('all members are away for a minute', { timeout: TIMEOUT_MS + AWAY_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const system = await RelayedStack.start(cleanup);
  const population = await Population.settle(system, cleanup);
  const deaths = await Deaths.since(system);
  const [replica] = system.controlPlanes;
  if (replica === undefined) throw new Error('there is no replica');
  const before = await assignmentOf(replica);

  await Promise.all(system.etcd.map((member) => member.kill('SIGKILL')));
  const since = stopwatch();
  // Who connects in the middle of it finds the others of its organization.
  const late = await Population.settle(system, cleanup, 'late', { organizations: organizations(30) });
  for (const [organization, home] of population.homes) {
    expect([organization, late.homes.get(organization)]).toEqual([organization, home]);
  }
  const disturbed = new Set<string>();
  await waitFor(
    () => {
      for (const id of [...population.disturbed(), ...late.disturbed()]) disturbed.add(id);
      return since() >= AWAY_MS;
    },
    { what: 'the minute to be over', timeout: 2 * AWAY_MS, interval: 200 },
  );
  expect([...disturbed]).toEqual([]);
  await population.talk();

  const back = stopwatch();
  await Promise.all(system.etcd.map((member) => member.start()));
  await pinInForce(system, replica, 'after-the-minute');
  measured(
    'etcd',
    'all members away for a minute: from their start to a pin in force at every proxy',
    back(),
  );
  expect(movedSlots(before, await assignmentOf(replica))).toBe(0);
  await population.unnoticed();
  await late.unnoticed();
  await deaths.none();
});
