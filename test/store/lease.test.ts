import { Etcd3 } from 'etcd3';
import { expect, it } from 'vitest';
import type { EtcdStore } from '../../control-plane/store/index.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startEtcd } from '../harness/etcd.ts';
import type { Etcd } from '../harness/etcd.ts';
import { waitFor } from '../harness/wait.ts';
import { Events } from './events.ts';
import { openStore } from './open.ts';

const TTL_SECONDS = 2;

async function setUp(): Promise<{ cleanup: Cleanup; etcd: Etcd; store: EtcdStore }> {
  const cleanup = cleanupAfterTest();
  const etcd = cleanup.own(await startEtcd());
  const store = openStore(etcd, cleanup);
  await store.start();
  return { cleanup, etcd, store };
}

it('a lease that was lost while etcd was frozen is granted anew, with its keys', async () => {
  const { etcd, store } = await setUp();
  const lease = store.lease(TTL_SECONDS);
  await lease.put('agents/a', '1');
  await lease.put('agents/b', '1');
  const { id } = lease;
  let lostAfter: number | undefined;
  const grants: boolean[] = [];
  const frozenAt = performance.now();
  lease.onLost(() => (lostAfter = performance.now() - frozenAt));
  lease.onHeld(({ regained }) => grants.push(regained));
  etcd.members[0]?.freeze();
  const written = lease.put('agents/b', '2');
  await waitFor(() => lostAfter);
  expect(lease.isHeld()).toBe(false);
  console.log(`TTL ${TTL_SECONDS} s, etcd frozen: known to be lost after ${lostAfter?.toFixed(0)} ms`);
  // The last answer came before the freeze, so this is before etcd could let it expire.
  await waitFor(() => performance.now() - frozenAt > (TTL_SECONDS + 1) * 1000);
  etcd.members[0]?.thaw();
  await written;
  expect(grants).toEqual([true]);
  const keys = (await store.list('agents/')).entries.map((entry) => [
    entry.key,
    entry.value.toString(),
    entry.lease === lease.id,
  ]);
  expect(keys).toEqual([
    ['agents/a', '1', true],
    ['agents/b', '2', true],
  ]);
  expect(lease.id).not.toBe(id);
});

it('a lease that somebody revoked is granted anew, with its keys', async () => {
  const { etcd, store } = await setUp();
  const lease = store.lease(TTL_SECONDS);
  await lease.put('agents/a', '1');
  const events = new Events(store, 'agents/');
  await events.next('snapshot');
  const raw = new Etcd3({ hosts: etcd.endpoints });
  await raw.leaseClient.leaseRevoke({ ID: lease.id ?? '' });
  raw.close();
  await events.until(() => !events.values.has('agents/a'));
  await events.until(() => events.values.get('agents/a') === '1');
});

it('keys are gone as soon as their lease is stopped', async () => {
  const { cleanup, etcd, store } = await setUp();
  const other = openStore(etcd, cleanup);
  const events = new Events(other, 'agents/');
  await events.next('snapshot');
  const lease = store.lease(TTL_SECONDS);
  await lease.put('agents/a', '1');
  await events.until(() => events.values.has('agents/a'));
  const begun = performance.now();
  await lease.stop();
  await events.until(() => !events.values.has('agents/a'));
  console.log(`a stopped lease's key was gone after ${(performance.now() - begun).toFixed(0)} ms`);
  await lease.stop();
});
