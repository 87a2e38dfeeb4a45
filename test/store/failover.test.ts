import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EtcdStore } from '../../control-plane/store/index.ts';
import { cleanupAfterAll, cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startEtcd } from '../harness/etcd.ts';
import type { Etcd, EtcdMember } from '../harness/etcd.ts';
import { waitFor } from '../harness/wait.ts';
import { Events } from './events.ts';
import { openStore } from './open.ts';

const cleanup = cleanupAfterAll();
let etcd: Etcd;

beforeAll(async () => {
  etcd = cleanup.own(await startEtcd({ members: 3 }));
});

beforeEach(async () => {
  for (const member of etcd.members) await member.ready();
});

/** A store that asks this member first. */
async function openAt(index: number): Promise<EtcdStore> {
  const store = openStore(etcd, cleanupAfterTest(), {
    random: () => (index + 0.5) / etcd.members.length,
    attemptTimeoutMs: 500,
  });
  await store.start();
  return store;
}

async function whileFrozen(member: EtcdMember, run: () => Promise<void>): Promise<void> {
  member.freeze();
  try {
    await run();
  } finally {
    member.thaw();
  }
}

describe.each([0, 1, 2])('with member %i of three frozen, connections to it open', (index) => {
  it('reads, writes and watches go on at another', async () => {
    const store = await openAt(index);
    const elsewhere = await openAt((index + 1) % 3);
    const events = new Events(store, `f${index}/`);
    await events.next('snapshot');
    await whileFrozen(etcd.members[index]!, async () => {
      // If it is etcd's own leader, the others first elect one.
      const begun = performance.now();
      await waitFor(() => store.put(`f${index}/a`, '1', { timeoutMs: 4_000 }), { timeout: 30_000 });
      console.log(
        `first write with member ${index} frozen: after ${(performance.now() - begun).toFixed(0)} ms`,
      );
      await waitFor(() => elsewhere.put(`f${index}/b`, '1'), { timeout: 30_000 });
      await events.until(() => events.values.has(`f${index}/b`), { timeout: 30_000 });
      console.log(`the watch told it: after ${(performance.now() - begun).toFixed(0)} ms`);
      expect((await store.get(`f${index}/a`))?.value.toString()).toBe('1');
    });
  });
});

it('a lease outlives the member that granted it', async () => {
  const store = await openAt(1);
  const lease = store.lease(10);
  await lease.put('lease/a', '1');
  const { id } = lease;
  const lost: string[] = [];
  lease.onLost((why) => lost.push(why));
  const elsewhere = await openAt(2);
  await etcd.members[1]!.kill();
  const seen = new Events(elsewhere, 'lease/');
  await seen.next('snapshot', { timeout: 30_000 });
  // Longer than the TTL: it must have been kept alive by another member.
  const begun = performance.now();
  await waitFor(() => performance.now() - begun > 12_000, { timeout: 30_000, interval: 100 });
  expect(lease.isHeld()).toBe(true);
  expect(lease.id).toBe(id);
  expect(lost).toEqual([]);
  expect(seen.values.get('lease/a')).toBe('1');
  await etcd.members[1]!.restart();
});
