import { Etcd3 } from 'etcd3';
import { describe, expect, it } from 'vitest';
import type { EtcdStore, EtcdStoreOptions } from '../../control-plane/store/index.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startEtcd } from '../harness/etcd.ts';
import type { Etcd } from '../harness/etcd.ts';
import { waitFor } from '../harness/wait.ts';
import { Events } from './events.ts';
import { Gate } from './gate.ts';
import { openStore } from './open.ts';

/** One store that watches `w/` (a and b, both 1) through a gate, and another that writes past it. */
async function setUp(options: Partial<EtcdStoreOptions> = {}): Promise<{
  etcd: Etcd;
  gate: Gate;
  writer: EtcdStore;
  events: Events;
}> {
  const cleanup = cleanupAfterTest();
  const etcd = cleanup.own(await startEtcd());
  const gate = cleanup.own(await Gate.start(etcd.endpoints[0] ?? ''));
  const writer = openStore(etcd, cleanup);
  const reader = openStore({ endpoints: [gate.endpoint] }, cleanup, options);
  await Promise.all([writer.start(), reader.start()]);
  await writer.put('w/a', '1');
  const events = new Events(reader, 'w/');
  await events.next('snapshot');
  // Once it has told a change its stream stands.
  await writer.put('w/b', '1');
  await events.next('change');
  return { etcd, gate, writer, events };
}

async function compact(etcd: Etcd, revision: number): Promise<void> {
  const raw = new Etcd3({ hosts: etcd.endpoints });
  await raw.kv.compact({ revision, physical: true });
  raw.close();
}

describe('a watch', () => {
  it('tells what is there, then every change, a transaction in one piece', async () => {
    const { writer, events } = await setUp();
    expect(events.all[0]).toMatchObject({ kind: 'snapshot', entries: [{ key: 'w/a' }], reset: false });
    await writer.put('elsewhere', 'x');
    const revision = await writer.transact({ then: [{ put: 'w/a', value: '2' }, { delete: 'w/b' }] });
    await events.until(() => !events.values.has('w/b'));
    expect(events.all.slice(2)).toMatchObject([
      {
        kind: 'change',
        revision,
        changes: [{ key: 'w/a' }, { key: 'w/b', entry: undefined }],
      },
    ]);
  });

  it('misses nothing of many writes', async () => {
    const { writer, events } = await setUp();
    const keys = Array.from({ length: 300 }, (_, i) => `w/many/${i % 40}`);
    for (const [i, key] of keys.entries()) await writer.put(key, String(i));
    await events.until(() => events.values.get('w/many/19') === '299');
    const told = events.all.slice(2).filter(({ kind }) => kind === 'change');
    expect(told).toHaveLength(300);
    expect(events.revisions).toEqual([...events.revisions].sort((a, b) => a - b));
  });

  it('tells of one key only when asked for it exactly', async () => {
    const cleanup = cleanupAfterTest();
    const etcd = cleanup.own(await startEtcd());
    const store = openStore(etcd, cleanup);
    const events = new Events(store, 'x', { exact: true });
    await events.next('snapshot');
    await store.put('xy', '1');
    await store.put('x', '1');
    await events.until(() => events.values.has('x'));
    expect([...events.values.keys()]).toEqual(['x']);
  });

  it('goes on after a break, telling the difference and nothing twice', async () => {
    const { gate, writer, events } = await setUp();
    gate.close();
    await writer.put('w/b', '2');
    await writer.put('w/c', '1');
    await writer.delete('w/a');
    await gate.open();
    const snapshot = await events.next('snapshot');
    expect(snapshot.changes.map(({ key, entry }) => [key, entry?.value.toString()])).toEqual([
      ['w/b', '2'],
      ['w/c', '1'],
      ['w/a', undefined],
    ]);
    expect(snapshot.entries.map(({ key }) => key)).toEqual(['w/b', 'w/c']);
    await writer.put('w/d', '1');
    await events.until(() => events.values.has('w/d'));
    expect(events.revisions).toEqual([...events.revisions].sort((a, b) => a - b));
  });

  it('goes on after etcd has compacted what it missed', async () => {
    const { etcd, gate, writer, events } = await setUp();
    gate.close();
    for (let i = 0; i < 20; i++) await writer.put('w/a', `missed ${i}`);
    const revision = await writer.delete('w/b').then(() => writer.put('w/c', '1'));
    await compact(etcd, revision);
    await gate.open();
    const snapshot = await events.next('snapshot');
    expect(snapshot.reset).toBe(false);
    expect(snapshot.changes.map(({ key }) => key)).toEqual(['w/a', 'w/c', 'w/b']);
    expect(Object.fromEntries(events.values)).toEqual({ 'w/a': 'missed 19', 'w/c': '1' });
  });

  it('says nothing after a break in which nothing changed', async () => {
    const { gate, writer, events } = await setUp();
    gate.close();
    await gate.open();
    await writer.put('w/a', 'after');
    await events.until(() => events.values.get('w/a') === 'after');
    // Told as a change, or as a snapshot if the break lasted until after the write.
    expect(events.all).toHaveLength(3);
  });

  it('says that it is stale while etcd is away, and current when it is back', async () => {
    const { gate, writer, events } = await setUp({ staleAfterMs: 600, timeoutMs: 500 });
    gate.close();
    expect((await events.next('stale')).why).not.toBe('');
    expect(events.values.get('w/a')).toBe('1');
    await writer.put('w/a', '2');
    await gate.open();
    await events.next('current');
    expect(events.values.get('w/a')).toBe('2');
    expect(events.kinds.slice(-3)).toEqual(['stale', 'snapshot', 'current']);
  });

  it('says that it is stale while etcd is frozen with the connection open', async () => {
    const { etcd, writer, events } = await setUp({
      staleAfterMs: 600,
      timeoutMs: 500,
      attemptTimeoutMs: 300,
    });
    etcd.members[0]?.freeze();
    await events.next('stale');
    etcd.members[0]?.thaw();
    await events.next('current');
    await waitFor(() => writer.put('w/a', '2'));
    await events.until(() => events.values.get('w/a') === '2');
  });

  it('stays current for as long as nothing happens', async () => {
    const { events } = await setUp({ staleAfterMs: 600 });
    const { writer, events: busy } = await setUp({ staleAfterMs: 600 });
    // Writes elsewhere: the watch has nothing to tell, and must know that it missed nothing.
    const begun = performance.now();
    const longEnough = async (): Promise<boolean> => {
      await writer.put('elsewhere', 'x');
      return performance.now() - begun > 2_000;
    };
    await waitFor(longEnough, { interval: 50 });
    expect(events.kinds).toEqual(['snapshot', 'change']);
    expect(busy.kinds).toEqual(['snapshot', 'change']);
  });

  it('follows an etcd that was emptied, and says that its revisions went back', async () => {
    const { etcd, writer, events } = await setUp();
    for (let i = 0; i < 20; i++) await writer.put('w/a', String(i));
    await events.until(() => events.values.get('w/a') === '19');
    const reset = events.next('snapshot');
    await etcd.members[0]?.restart({ wipe: true });
    expect(await reset).toMatchObject({ reset: true, entries: [] });
    await waitFor(() => writer.put('w/new', '1'));
    await events.until(() => events.values.has('w/new'));
    expect(Object.fromEntries(events.values)).toEqual({ 'w/new': '1' });
  });

  it('tells nothing after it is stopped', async () => {
    const { writer, events } = await setUp();
    events.watch.stop();
    events.watch.stop();
    const other = new Events(writer, 'w/');
    await other.next('snapshot');
    await writer.put('w/a', '2');
    await other.until(() => other.values.get('w/a') === '2');
    expect(events.kinds).toEqual(['snapshot', 'change']);
  });
});
