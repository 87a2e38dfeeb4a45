import { expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startEtcd } from '../harness/etcd.ts';
import { waitFor } from '../harness/wait.ts';
import { Cluster } from './cluster.ts';

it('etcd is away at the start: it waits, says so, refuses proxies, and goes on by itself', async () => {
  const cleanup = cleanupAfterTest();
  const etcd = cleanup.own(await startEtcd());
  await etcd.members[0]!.kill();
  const cluster = new Cluster(cleanup, etcd);
  const replica = await cluster.addControlPlane();
  const refused = await cluster.rest.request('GET', '/readyz');
  expect(refused.status).toBe(503);
  expect(refused.body).toMatchObject({ code: 'COHORT_NOT_READY', status: 503 });
  expect((await cluster.rest.request('GET', '/v1/servers')).body).toMatchObject({ code: 'COHORT_NOT_READY' });
  expect((await cluster.rest.request('GET', '/healthz')).status).toBe(200);
  expect((await cluster.rest.request('GET', '/metrics')).body).toMatch(/^cohort_ready 0$/m);
  await waitFor(() => replica.lines.some((line) => line.includes('etcd')), { what: 'the log to name etcd' });
  const proxy = await cluster.addProxy();
  const refusals = async (): Promise<boolean> =>
    (await proxy.counter('cluster.xds.upstream_rq_total', 0)) > 1;
  await waitFor(refusals, { what: 'the proxy to have tried twice' });
  expect((await proxy.listeners()).size).toBe(0);

  await etcd.members[0]!.restart();
  await waitFor(async () => (await cluster.rest.request('GET', '/readyz')).status === 200, {
    what: 'readiness',
    timeout: 30_000,
  });
  await cluster.rest.put('/v1/settings?force=true', cluster.settings);
  // The proxy was there first; it learns of the servers, and the leader of their health by it.
  await cluster.addServer('a');
  await cluster.addServer('b');
  await proxy.ready({ timeout: 30_000 });
  await cluster.settled(['a', 'b']);
  expect([...(await proxy.listeners()).keys()]).toEqual(expect.arrayContaining(['mqtt', 'websocket']));
});

it('a value that somebody broke is named, and the last good one stays in force', async () => {
  const cleanup = cleanupAfterTest();
  const cluster = new Cluster(cleanup, cleanup.own(await startEtcd()));
  const replica = await cluster.addControlPlane();
  await waitFor(async () => (await cluster.rest.request('GET', '/readyz')).status === 200, {
    what: 'readiness',
  });
  await cluster.addServer('a');
  const store = await cluster.openStore();
  await store.put('servers/a', '{"id":"b"}');
  await waitFor(
    () => replica.lines.some((line) => line.includes('cannot be read') && line.includes('servers/a')),
    {
      what: 'the log to name the value',
    },
  );
  const { servers } = await cluster.rest.get<{ servers: { id: string }[] }>('/v1/servers');
  expect(servers.map(({ id }) => id)).toEqual(['a']);
  expect((await cluster.rest.request('GET', '/metrics')).body).toMatch(/^cohort_store_invalid_values 1$/m);
  // A PUT mends it.
  await cluster.putServer(cluster.servers.get('a')!);
  await waitFor(
    async () =>
      /^cohort_store_invalid_values 0$/m.test(String((await cluster.rest.request('GET', '/metrics')).body)),
    {
      what: 'nothing to be set aside',
    },
  );
});
