import { Etcd3 } from 'etcd3';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EtcdStore } from '../../control-plane/store/index.ts';
import { cleanupAfterAll, cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startEtcd } from '../harness/etcd.ts';
import type { Etcd } from '../harness/etcd.ts';
import { openStore } from './open.ts';

const cleanup = cleanupAfterAll();
let etcd: Etcd;
let store: EtcdStore;

beforeAll(async () => {
  etcd = cleanup.own(await startEtcd());
  store = openStore(etcd, cleanup);
  await store.start();
});

describe('reads and writes', () => {
  it('give back bytes as they were put, with their revisions', async () => {
    const value = Buffer.from([0, 255, 10, 128]);
    const first = await store.put('kv/a', 'text');
    const second = await store.put('kv/a', value);
    expect(await store.get('kv/a')).toEqual({
      key: 'kv/a',
      value,
      revision: second,
      createRevision: first,
      lease: undefined,
    });
    expect((await store.get('kv/a', { revision: first }))?.value.toString()).toBe('text');
    expect(await store.delete('kv/a')).toBe(true);
    expect(await store.delete('kv/a')).toBe(false);
    expect(await store.get('kv/a')).toBeUndefined();
  });

  it('list all keys of a prefix, of one revision, over many pages', async () => {
    const keys = Array.from({ length: 300 }, (_, i) => `list/${String(i).padStart(3, '0')}`);
    for (let from = 0; from < keys.length; from += 100) {
      await store.transact({ then: keys.slice(from, from + 100).map((key) => ({ put: key, value: key })) });
    }
    await store.put('list', 'beside');
    await store.put('lisu/', 'behind');
    const listing = await store.list('list/', { pageSize: 7 });
    expect(listing.entries.map(({ key }) => key)).toEqual(keys);
    expect(listing.entries.every(({ key, value }) => value.toString() === key)).toBe(true);
    expect(listing.revision).toBe((await store.list('list/')).revision);
    const keysOnly = await store.list('list/', { keysOnly: true });
    expect(keysOnly.entries.every(({ value }) => value.length === 0)).toBe(true);
  });

  it('lie under the prefix, apart from those of another', async () => {
    const other = openStore(etcd, cleanupAfterTest(), { prefix: '/cohort/test/other/' });
    await store.put('apart', 'mine');
    expect(await other.get('apart')).toBeUndefined();
    const raw = new Etcd3({ hosts: etcd.endpoints });
    expect(await raw.get('/cohort/test/apart').string()).toBe('mine');
    raw.close();
  });

  it('say when etcd has discarded the revision', async () => {
    const old = await store.put('compacted', '1');
    const revision = await store.put('compacted', '2');
    const raw = new Etcd3({ hosts: etcd.endpoints });
    await raw.kv.compact({ revision, physical: true });
    raw.close();
    await expect(store.get('compacted', { revision: old })).rejects.toMatchObject({
      code: 'COHORT_STORE_COMPACTED',
    });
  });
});

describe('a transaction', () => {
  it('happens whole, at one revision', async () => {
    const before = await store.put('tx/b', 'old');
    const revision = await store.transact({
      ifs: [
        { key: 'tx/a', revision: 0 },
        { key: 'tx/b', revision: before },
      ],
      then: [{ put: 'tx/a', value: 'new' }, { delete: 'tx/b' }],
    });
    expect((await store.get('tx/a'))?.revision).toBe(revision);
    expect(await store.get('tx/b')).toBeUndefined();
  });

  it('does nothing when a condition does not hold, and names what changed', async () => {
    const [a, b] = [await store.put('no/a', '1'), await store.put('no/b', '1')];
    const newer = await store.put('no/b', '2');
    const conflict = store.transact({
      ifs: [
        { key: 'no/a', revision: a },
        { key: 'no/b', revision: b },
        { key: 'no/c', revision: b },
      ],
      then: [{ put: 'no/a', value: 'never' }],
    });
    await expect(conflict).rejects.toMatchObject({
      code: 'COHORT_STORE_CONFLICT',
      details: {
        conflicts: [
          { key: 'no/b', expected: b, actual: newer },
          { key: 'no/c', expected: b, actual: 0 },
        ],
      },
    });
    expect((await store.get('no/a'))?.value.toString()).toBe('1');
  });

  it('is fenced once its key has passed to another', async () => {
    const createRevision = await store.put('fence', 'x');
    const fence = { key: 'fence', createRevision };
    await store.put('fence', 'written again');
    await store.transact({ fence, then: [{ put: 'fenced', value: 'first' }] });
    await store.delete('fence');
    await store.put('fence', 'another');
    const late = store.transact({ fence, then: [{ put: 'fenced', value: 'late' }] });
    await expect(late).rejects.toMatchObject({ code: 'COHORT_STORE_FENCED' });
    expect((await store.get('fenced'))?.value.toString()).toBe('first');
  });

  it('is refused when it is larger than etcd takes', async () => {
    await expect(store.put('large', Buffer.alloc(2 * 1024 * 1024))).rejects.toMatchObject({
      code: 'COHORT_STORE_TOO_LARGE',
    });
  });
});

it('says that etcd is full', async () => {
  const local = cleanupAfterTest();
  const small = local.own(await startEtcd({ quotaBackendBytes: 1024 * 1024 }));
  const full = openStore(small, local);
  await full.start();
  // etcd counts what it has committed, which it does every 100 ms.
  const begun = performance.now();
  const fill = async (): Promise<void> => {
    for (let i = 0; performance.now() - begun < 30_000; i++) {
      await full.put(`fill/${i % 100}`, Buffer.alloc(256 * 1024));
    }
  };
  await expect(fill()).rejects.toMatchObject({ code: 'COHORT_STORE_FULL' });
  expect((await full.get('fill/0'))?.value.length).toBe(256 * 1024);
});
