import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { servers } from '../../control-plane/model/index.ts';
import type { Server } from '../../control-plane/model/index.ts';
import { Collection, readAll, readOne } from '../../control-plane/store/index.ts';
import type { EtcdStore } from '../../control-plane/store/index.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startEtcd } from '../harness/etcd.ts';
import { waitFor } from '../harness/wait.ts';
import { Gate } from './gate.ts';
import { openStore } from './open.ts';

const SERVER: Server = {
  id: 'a',
  ports: { mqtt: { host: '127.0.0.1', port: 1883 } },
  weight: 1,
  state: 'active',
};

async function setUp(): Promise<{
  store: EtcdStore;
  gate: Gate;
  collect: () => Collection<Server>;
  logged: string[];
}> {
  const cleanup = cleanupAfterTest();
  const etcd = cleanup.own(await startEtcd());
  const gate = cleanup.own(await Gate.start(etcd.endpoints[0] ?? ''));
  const store = openStore(etcd, cleanup);
  const reader = openStore({ endpoints: [gate.endpoint] }, cleanup, { staleAfterMs: 600, timeoutMs: 500 });
  await store.start();
  const logged: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
  return { store, gate, logged, collect: () => cleanup.own(new Collection(reader, servers, log)) };
}

describe('a collection', () => {
  it('sets a value aside that was corrupted by hand, names it, and keeps the last good one', async () => {
    const { store, collect, logged } = await setUp();
    await store.put('servers/a', servers.encode(SERVER));
    await store.put('servers/b', servers.encode({ ...SERVER, id: 'b' }));
    const collection = collect();
    await collection.ready();
    const revision = await store.put('servers/a', '{"id":"a","ports":');
    await waitFor(() => collection.invalid.size === 1);
    expect(collection.invalid.get('servers/a')).toMatchObject({
      key: 'servers/a',
      revision,
      why: expect.stringContaining('not JSON'),
    });
    expect(collection.values.get('a')?.value).toEqual(SERVER);
    expect(logged.join()).toContain('servers/a');

    await store.put('servers/a', servers.encode({ ...SERVER, weight: 2 }));
    await waitFor(() => collection.invalid.size === 0);
    expect(collection.values.get('a')?.value.weight).toBe(2);
    await store.delete('servers/a');
    await waitFor(() => !collection.values.has('a'));
    expect([...collection.values.keys()]).toEqual(['b']);
  });

  it('that finds a corrupt value at its start has the others', async () => {
    const { store, collect } = await setUp();
    await store.put('servers/a', servers.encode(SERVER));
    await store.put('servers/b', Buffer.from([0xff, 0xfe]));
    await store.put('servers/c d', servers.encode(SERVER));
    const collection = collect();
    await collection.ready();
    expect([...collection.values.keys()]).toEqual(['a']);
    expect([...collection.invalid.keys()]).toEqual(['servers/b', 'servers/c d']);
    const all = await readAll(store, servers);
    expect([...all.values.keys()]).toEqual(['a']);
    expect(all.invalid.map(({ key }) => key)).toEqual(['servers/b', 'servers/c d']);
    expect(await readOne(store, servers, 'a')).toMatchObject({ value: SERVER });
    expect(await readOne(store, servers, 'b')).toMatchObject({ key: 'servers/b', why: expect.any(String) });
    expect(await readOne(store, servers, 'x')).toBeUndefined();
  });

  it('keeps what it has while etcd is away, says so, and catches up', async () => {
    const { store, gate, collect } = await setUp();
    await store.put('servers/a', servers.encode(SERVER));
    const collection = collect();
    await collection.ready();
    const changed: string[][] = [];
    collection.onChange(({ ids }) => changed.push([...ids]));
    gate.close();
    await waitFor(() => collection.stale);
    expect(collection.values.size).toBe(1);
    await store.put('servers/b', servers.encode({ ...SERVER, id: 'b' }));
    await gate.open();
    await waitFor(() => !collection.stale);
    expect([...collection.values.keys()]).toEqual(['a', 'b']);
    expect(changed).toEqual([[], ['b'], []]);
  });
});
