import { describe, expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startEtcd } from '../harness/etcd.ts';
import { waitFor } from '../harness/wait.ts';
import { Events } from './events.ts';
import { openStore } from './open.ts';
import type { Log } from './open.ts';

describe('with etcd away', () => {
  it('a start waits, says so, and comes up later with all that was asked for', async () => {
    const cleanup = cleanupAfterTest();
    const etcd = cleanup.own(await startEtcd());
    await etcd.members[0]?.kill();
    const log: Log = { lines: [] };
    const store = openStore(etcd, cleanup, { timeoutMs: 500, staleAfterMs: 1_000 }, log);
    let started = false;
    const start = store.start().then(() => (started = true));
    const events = new Events(store, 'a/');
    const lease = store.lease(3);
    const written = lease.put('a/leased', '1');
    await events.next('stale');
    await waitFor(() => log.lines.find(({ msg }) => msg.startsWith('waiting for etcd')));
    expect(store.health).toMatchObject({
      state: 'starting',
      why: expect.stringContaining(etcd.endpoints[0] ?? '?'),
    });
    expect(started).toBe(false);
    await expect(store.get('a/b')).rejects.toMatchObject({
      code: 'COHORT_STORE_UNAVAILABLE',
      details: { uncertain: false },
    });

    await etcd.members[0]?.restart();
    await Promise.all([start, written]);
    await events.until(() => events.values.get('a/leased') === '1');
    expect(store.health.state).toBe('current');
    expect(log.lines.map(({ msg }) => msg)).toContain('etcd answers');
  });

  it('a start can be given up', async () => {
    const cleanup = cleanupAfterTest();
    const etcd = cleanup.own(await startEtcd());
    await etcd.members[0]?.kill();
    const store = openStore(etcd, cleanup);
    const refused = expect(store.start()).rejects.toMatchObject({ code: 'COHORT_STORE_STOPPED' });
    await store.stop();
    await refused;
    await expect(store.start()).rejects.toMatchObject({ code: 'COHORT_STORE_STOPPED' });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'COHORT_STORE_STOPPED' });
    expect(() => store.lease(3)).toThrow('stopped');
  });
});

describe('with a single etcd frozen', () => {
  it('a call fails within its deadline, and health says so until etcd is back', async () => {
    const cleanup = cleanupAfterTest();
    const etcd = cleanup.own(await startEtcd());
    const store = openStore(etcd, cleanup, { timeoutMs: 1_000 });
    await store.start();
    const states: string[] = [];
    store.onHealth(({ state }) => states.push(state));
    etcd.members[0]?.freeze();
    const begun = performance.now();
    await expect(store.get('a', { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'COHORT_STORE_UNAVAILABLE',
    });
    const took = performance.now() - begun;
    console.log(`a read with a deadline of 300 ms, etcd frozen: failed after ${took.toFixed(0)} ms`);
    expect(took).toBeLessThan(3_000);
    await expect(store.put('a', '1', { timeoutMs: 300 })).rejects.toMatchObject({
      details: { uncertain: true },
    });
    await waitFor(() => store.health.state === 'stale');
    etcd.members[0]?.thaw();
    await waitFor(() => store.health.state === 'current');
    expect(states).toEqual(['stale', 'current']);
    await store.put('a', '2');
  });
});
