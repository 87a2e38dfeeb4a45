import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Etcd3, Range } from 'etcd3';
import { expect, it } from 'vitest';
import { Authority } from '../../control-plane/certificates/authority.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startEtcd } from '../harness/etcd.ts';
import { tmpDir } from '../harness/machine.ts';
import { waitFor } from '../harness/wait.ts';
import { Events } from './events.ts';
import { openStore } from './open.ts';

it('signs in as a user that may use the prefix alone', async () => {
  const cleanup = cleanupAfterTest();
  const etcd = cleanup.own(await startEtcd());
  const admin = new Etcd3({ hosts: etcd.endpoints });
  cleanup.defer('admin', () => admin.close());
  const range = Range.prefix('/cohort/test/');
  const role = await admin.role('cohort').create();
  await role.grant({ permission: 'Readwrite', range });
  await (await admin.user('cohort').create('secret')).addRole(role);
  await (await admin.user('root').create('root')).addRole('root');
  await admin.auth.authEnable();

  const auth = { username: 'cohort', password: 'secret' };
  const store = openStore(etcd, cleanup, { auth });
  await store.start();
  const events = new Events(store, 'a/');
  await events.next('snapshot');
  await store.put('a/b', '1');
  await events.until(() => events.values.get('a/b') === '1');
  const lease = store.lease(3);
  await lease.put('a/c', '2');
  const election = store.election('r', { lease, value: 'here' });
  await waitFor(() => election.isLeader(), { what: 'the election' });

  const wrong = openStore(etcd, cleanup, { auth: { ...auth, password: 'wrong' } });
  await expect(wrong.get('a/b')).rejects.toMatchObject({ code: 'COHORT_STORE_REFUSED' });
  const elsewhere = openStore(etcd, cleanup, { auth, prefix: '/other/' });
  await expect(elsewhere.put('a', '1')).rejects.toMatchObject({ code: 'COHORT_STORE_REFUSED' });

  // etcd forgets its tokens when it starts again.
  await etcd.members[0]?.restart();
  await waitFor(() => store.put('a/b', '3'), { what: 'a write after the restart' });
  await events.until(() => events.values.get('a/b') === '3');
});

it('speaks TLS, and shows a certificate where etcd asks for one', async () => {
  const cleanup = cleanupAfterTest();
  const dir = cleanup.own(tmpDir('store-tls'));
  const authority = await Authority.create();
  const server = await authority.issue('etcd', { ip: ['127.0.0.1'] });
  const client = await authority.issue('cohort', {});
  const ca = authority.pair.certificate;
  const file = (name: string, text: string): string => {
    const path = join(dir.path, name);
    writeFileSync(path, text);
    return path;
  };
  const tls = {
    ca: file('ca.pem', ca),
    cert: file('server.pem', server.certificate),
    key: file('server-key.pem', server.privateKey),
  };
  const etcd = cleanup.own(await startEtcd({ tls }));
  const trusted = {
    ca: Buffer.from(ca),
    cert: Buffer.from(client.certificate),
    key: Buffer.from(client.privateKey),
  };
  const store = openStore(etcd, cleanup, { tls: trusted });
  await store.start();
  await store.put('a', '1');
  expect((await store.get('a'))?.value.toString()).toBe('1');

  const nameless = openStore(etcd, cleanup, { tls: { ca: Buffer.from(ca) }, timeoutMs: 1_000 });
  await expect(nameless.get('a')).rejects.toMatchObject({ code: 'COHORT_STORE_UNAVAILABLE' });
  const distrustful = openStore(etcd, cleanup, { tls: {}, timeoutMs: 1_000 });
  await expect(distrustful.get('a')).rejects.toMatchObject({ code: 'COHORT_STORE_UNAVAILABLE' });
});
