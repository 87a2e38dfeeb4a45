import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { programPath } from '../harness/programs.ts';
import type { EtcdStore, VersionedEvent } from '../../control-plane/store/index.ts';
import { cleanupAfterAll, cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startEtcd } from '../harness/etcd.ts';
import type { Etcd } from '../harness/etcd.ts';
import { Changes } from '../harness/wait.ts';
import { killWhenOrphaned } from '../harness/watchdog.ts';
import { Gate } from './gate.ts';
import { openStore } from './open.ts';

const MIB = 1024 * 1024;
const cleanup = cleanupAfterAll();
let etcd: Etcd;
let store: EtcdStore;

beforeAll(async () => {
  etcd = cleanup.own(await startEtcd());
  store = openStore(etcd, cleanup);
  await store.start();
});

async function chunkKeys(name: string): Promise<string[]> {
  const { entries } = await store.list(`versioned/${name}/chunks/`, { keysOnly: true });
  return entries.map(({ key }) => key);
}

/** Collects what a watch tells. */
function follow(
  from: EtcdStore,
  name: string,
): { events: VersionedEvent[]; until: (holds: () => boolean) => Promise<true> } {
  const events: VersionedEvent[] = [];
  const changes = new Changes();
  from.watchVersioned(name, (event) => {
    events.push(event);
    changes.notify();
  });
  const describe = (): unknown => events.map((event) => ('value' in event ? event.value?.version : event));
  return {
    events,
    until: (holds) => changes.until(() => holds() || undefined, { what: 'the watch to tell it', describe }),
  };
}

describe('a versioned value', () => {
  it.each([0, 1, 40_000, MIB, MIB + 1, 5 * MIB + 17])(
    'of %i bytes is read as it was written',
    async (size) => {
      const bytes = randomBytes(size);
      const written = await store.writeVersioned('sizes', bytes);
      const read = await store.readVersioned('sizes');
      expect(read).toMatchObject({ version: written.version, revision: written.revision });
      expect(read?.bytes.equals(bytes)).toBe(true);
    },
  );

  it('that was never written is none', async () => {
    expect(await store.readVersioned('none')).toBeUndefined();
  });

  it('replaces the version that was expected, and no other', async () => {
    const first = await store.writeVersioned('cas', Buffer.from('1'), { expected: 0 });
    const second = await store.writeVersioned('cas', Buffer.from('2'), { expected: first.revision });
    expect([first.version, second.version]).toEqual([1, 2]);
    const late = store.writeVersioned('cas', Buffer.from('3'), { expected: first.revision });
    await expect(late).rejects.toMatchObject({
      code: 'COHORT_STORE_CONFLICT',
      details: { conflicts: [{ expected: first.revision, actual: second.revision }] },
    });
    expect((await store.readVersioned('cas'))?.bytes.toString()).toBe('2');
  });

  it('has one winner when two write at once, and the loser leaves nothing for long', async () => {
    await store.writeVersioned('race', Buffer.from('0'));
    const writes = [1, 2].map((n) => store.writeVersioned('race', Buffer.alloc(3 * MIB, n)));
    const results = await Promise.allSettled(writes);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await store.writeVersioned('race', Buffer.from('3'));
    // One chunk of the first version, three of the winner's, one of the last.
    expect(await chunkKeys('race')).toHaveLength(5);
  });

  it('is not written by a leader that is deposed', async () => {
    const createRevision = await store.put('leads', '1');
    const fence = { key: 'leads', createRevision };
    await store.writeVersioned('led', Buffer.from('1'), { fence });
    await store.delete('leads');
    const late = store.writeVersioned('led', Buffer.alloc(2 * MIB), { fence });
    await expect(late).rejects.toMatchObject({ code: 'COHORT_STORE_FENCED' });
    expect((await store.readVersioned('led'))?.bytes.toString()).toBe('1');
  });

  it('keeps the chunks of the last three versions', async () => {
    for (let i = 1; i <= 6; i++) await store.writeVersioned('kept', Buffer.alloc(2 * MIB, i));
    const versions = new Set((await chunkKeys('kept')).map((key) => key.split('/')[3]?.split('-')[0]));
    expect([...versions].sort()).toEqual(['4', '5', '6']);
  });

  it('is refused beyond 64 MiB, and under a name that is none', async () => {
    const large = store.writeVersioned('large', Buffer.alloc(64 * MIB + 1));
    await expect(large).rejects.toMatchObject({ code: 'COHORT_STORE_TOO_LARGE' });
    await expect(store.writeVersioned('a/b', Buffer.alloc(1))).rejects.toThrow('not a name');
  });
});

it('a writer that dies in the middle leaves the old version current', async () => {
  const old = await store.writeVersioned('big', Buffer.alloc(5 * MIB, 'old'));
  const before = await chunkKeys('big');
  const args = [programPath('writer'), etcd.endpoints.join(','), '5', '3'];
  const writer = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const release = killWhenOrphaned(writer.pid ?? 0);
  const signal = await new Promise((resolve) => writer.on('exit', (_, by) => resolve(by)));
  release();
  expect(signal).toBe('SIGKILL');
  expect(await chunkKeys('big')).toHaveLength(before.length + 3);
  const current = await store.readVersioned('big');
  expect(current?.version).toBe(old.version);
  expect(current?.bytes.equals(old.bytes)).toBe(true);
  // The next version takes what was left with it.
  await store.writeVersioned('big', Buffer.from('small'));
  expect(await chunkKeys('big')).toHaveLength(before.length + 1);
});

describe('a watch of a versioned value', () => {
  it('tells whole versions only, in order, and the last one in the end', async () => {
    const { events, until } = follow(store, 'watched');
    await until(() => events.length === 1);
    expect(events[0]).toEqual({ kind: 'version', value: undefined });
    for (let i = 1; i <= 8; i++) await store.writeVersioned('watched', Buffer.alloc(2 * MIB + i, i));
    await until(() => events.some((event) => event.kind === 'version' && event.value?.version === 8));
    const values = events.flatMap((event) => (event.kind === 'version' && event.value ? [event.value] : []));
    for (const { version, bytes } of values)
      expect(bytes.equals(Buffer.alloc(2 * MIB + version, version))).toBe(true);
    const versions = values.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  it('names a record or chunk that was damaged by hand, once, and goes on with the next version', async () => {
    await store.writeVersioned('damaged', Buffer.from('1'));
    const { events, until } = follow(store, 'damaged');
    await until(() => events.length === 1);
    await store.put('versioned/damaged/current', '{"version":"x"}');
    await until(() => events.length === 2);
    expect(events[1]).toMatchObject({
      kind: 'invalid',
      invalid: { key: 'versioned/damaged/current', why: expect.stringContaining('version') },
    });
    await expect(store.readVersioned('damaged')).rejects.toMatchObject({ code: 'COHORT_STORE_INVALID' });
    await store.writeVersioned('damaged', Buffer.from('2'));
    await until(() => events.length === 3);
    expect(events[2]).toMatchObject({ kind: 'version', value: { bytes: Buffer.from('2') } });
    const [chunk = ''] = (await chunkKeys('damaged')).slice(-1);
    await store.put(chunk, 'X');
    await expect(store.readVersioned('damaged')).rejects.toThrow('SHA-256');
  });

  it('catches up after a break', async () => {
    const local = cleanupAfterTest();
    const gate = local.own(await Gate.start(etcd.endpoints[0] ?? ''));
    const reader = openStore({ endpoints: [gate.endpoint] }, local, { staleAfterMs: 600, timeoutMs: 500 });
    await store.writeVersioned('broken', Buffer.from('1'));
    const { events, until } = follow(reader, 'broken');
    await until(() => events.length === 1);
    gate.close();
    await until(() => events.at(-1)?.kind === 'stale');
    for (let i = 2; i <= 7; i++) await store.writeVersioned('broken', Buffer.from(String(i)));
    await gate.open();
    await until(() => events.some((event) => event.kind === 'version' && event.value?.version === 7));
    expect(events.filter(({ kind }) => kind === 'version')).toHaveLength(2);
  });
});
