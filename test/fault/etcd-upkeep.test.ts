/** What an operator does to an etcd that works: history is dropped, disks are tidied up. No device notices. */
import { expect, test } from 'vitest';
import { replicas } from '../../control-plane/model/index.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { compact, defragment } from './etcd-tools.ts';
import { valuesSince } from './history.ts';
import { measured, stopwatch } from './measured.ts';
import { pinInForce, putPin } from './pins.ts';
import { Deaths } from './deaths.ts';
import { assignmentOf, movedSlots } from './known-assignment.ts';
import { Population } from './population.ts';
import { RelayedStack, START_MS } from './relayed-stack.ts';
import { leaderAmong, others } from './replica.ts';

const TIMEOUT_MS = START_MS + 240_000;

test(
  'history is compacted while a replica is frozen, and while the others write',
  { timeout: TIMEOUT_MS },
  async () => {
    const cleanup = cleanupAfterTest();
    const system = await RelayedStack.start(cleanup);
    const population = await Population.settle(system, cleanup);
    const leader = await leaderAmong(system.controlPlanes);
    const [frozen] = others(system.controlPlanes, leader);
    const [member] = system.etcd;
    if (frozen === undefined || member === undefined) throw new Error('parts are missing');
    const before = await assignmentOf(leader);
    const deaths = await Deaths.since(system);

    // It misses all that is written, and what it would have to be told of is no longer there when it comes back.
    frozen.freeze();
    await waitFor(async () => (await system.store.get(replicas.keyOf(frozen.id))) === undefined, {
      what: 'the lease of the frozen replica to end',
      timeout: 60_000,
    });
    for (let n = 1; n <= 5; n++) await putPin(leader, `missed-${n}`, 'server-1');
    await waitFor(async () => 'missed-5' in (await assignmentOf(leader)).pins, { what: 'the last pin' });
    const compacted = await compact(member);
    await expect(system.store.list('versioned/', { revision: compacted - 1 })).rejects.toMatchObject({
      code: 'COHORT_STORE_COMPACTED',
    });
    const thawed = stopwatch();
    await frozen.kill('SIGCONT');
    await waitFor(async () => 'missed-5' in (await assignmentOf(frozen)).pins, {
      what: 'the thawed replica to know of all that it has missed',
      timeout: 60_000,
      interval: 20,
    });
    measured('etcd', 'history compacted: a replica that had been frozen knew of everything after', thawed());

    // Whoever is reading while others write meets compacted revisions.
    const began = stopwatch();
    for (let n = 1; n <= 20; n++) {
      await putPin(leader, `compacted-${n}`, 'server-2');
      await compact(member);
    }
    await pinInForce(system, frozen, 'after-compaction');
    measured('etcd', 'twenty pins, history compacted after each: in force at every proxy after', began());
    for (const replica of system.controlPlanes) {
      expect(Object.keys((await assignmentOf(replica)).pins)).toHaveLength(5 + 20 + 1);
      expect(movedSlots(before, await assignmentOf(replica))).toBe(0);
    }
    expect(await valuesSince(system.store, 'verdicts', compacted)).toEqual([]);
    await population.unnoticed();
    await deaths.none();
  },
);

test('every member is defragmented, one after the other', { timeout: TIMEOUT_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const system = await RelayedStack.start(cleanup);
  const population = await Population.settle(system, cleanup);
  const leader = await leaderAmong(system.controlPlanes);
  const before = await assignmentOf(leader);
  const deaths = await Deaths.since(system);
  for (const member of system.etcd) {
    const began = stopwatch();
    await Promise.all([defragment(member), putPin(leader, `while-${member.id}`, 'server-3')]);
    measured('etcd', `${member.id} defragmented in`, began());
    await pinInForce(system, leader, `after-${member.id}`);
    await population.unnoticed();
  }
  expect(await leader.leads()).toBe(true);
  expect(movedSlots(before, await assignmentOf(leader))).toBe(0);
  await deaths.none();
});
