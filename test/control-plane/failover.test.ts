import { expect, it } from 'vitest';
import { Fleet } from '../../demo/fleet.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { startCluster, type Cluster } from './cluster.ts';
import type { ProxyBody } from './rest.ts';

async function leaderOf(cluster: Cluster): Promise<string> {
  return (await cluster.rest.get<{ id: string }>('/v1/leader')).id;
}

it('the leader is killed: another leads, streams go to others, nothing moves; what comes next is of a higher epoch', async () => {
  const cleanup = cleanupAfterTest();
  const cluster = await startCluster(cleanup, { controlPlanes: 3, proxies: 1 });
  const [mqtt, websocket] = [await cluster.listener(0, 'mqtt'), await cluster.listener(0, 'websocket')];
  const proxies = [{ mqtt: `${mqtt.host}:${mqtt.port}`, websocket: `${websocket.host}:${websocket.port}` }];
  const fleet = cleanup.own(new Fleet({ devices: 20, organizations: 5, proxies, rampMs: 100 }));
  fleet.start();
  await waitFor(() => fleet.status().connected === 20, { what: 'all devices to be connected' });
  const before = await cluster.assignment();
  const killed = await leaderOf(cluster);
  const leader = cluster.controlPlanes.find(({ id }) => id === killed)!;
  await leader.kill();
  cluster.controlPlanes.splice(cluster.controlPlanes.indexOf(leader), 1);

  const next = await waitFor(async () => (await leaderOf(cluster)) !== killed && leaderOf(cluster), {
    what: 'another replica to lead',
    timeout: 30_000,
    describe: () => cluster.controlPlanes.map((replica) => replica.log()),
  });
  let seen: ProxyBody[] = [];
  await waitFor(
    async () => {
      seen = await cluster.proxyViews();
      const [proxy] = seen;
      return (
        proxy?.applied?.version === before.version &&
        proxy.replicas.every((id) => id !== killed) &&
        proxy.replicas.length === 1
      );
    },
    { what: 'the new leader to know the proxy, at another replica', timeout: 30_000, describe: () => seen },
  );
  expect(await cluster.assignment()).toEqual(before);
  expect(fleet.status()).toMatchObject({ connected: 20, endings: {} });

  await cluster.rest.put('/v1/pins/org-001', { server: 'a' });
  const after = await cluster.settled(['a', 'b'], ({ pins }) => 'org-001' in pins);
  expect(BigInt(after.epoch)).toBe(BigInt(before.epoch) + 1n);
  expect(await leaderOf(cluster)).toBe(next);
});

it('a replica that is asked to end gives its office and its streams away at once', async () => {
  const cluster = await startCluster(cleanupAfterTest(), { controlPlanes: 2 });
  const stopped = await leaderOf(cluster);
  const leader = cluster.controlPlanes.find(({ id }) => id === stopped)!;
  cluster.controlPlanes.splice(cluster.controlPlanes.indexOf(leader), 1);
  await leader.stop();
  expect(leader.lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toContain(
    'the control plane has stopped',
  );
  await waitFor(
    async () => {
      const [proxy] = await cluster.proxyViews();
      return proxy?.replicas.join() === cluster.controlPlanes[0]?.id && proxy?.applied !== null;
    },
    { what: 'the proxy to be at the other replica', describe: () => cluster.controlPlanes[0]?.log() },
  );
});

it('an etcd that was emptied and filled again: what is written then goes beyond what proxies have', async () => {
  const cluster = await startCluster(cleanupAfterTest(), { controlPlanes: 1 });
  await cluster.rest.put('/v1/pins/acme', { server: 'b' });
  const before = await cluster.settled(['a', 'b'], ({ pins }) => 'acme' in pins);
  const [replica] = cluster.controlPlanes.splice(0);
  await replica!.kill();
  await cluster.etcd.members[0]!.restart({ wipe: true });
  // At the same address, where the proxy looks for it.
  await cluster.addControlPlane({ xds: { security: 'plaintext', port: replica!.ports.xds } });
  await waitFor(async () => (await cluster.rest.request('GET', '/readyz')).status === 200, {
    what: 'readiness',
  });
  // Before any server is known again nothing is written.
  expect((await cluster.rest.request('GET', '/v1/assignment')).status).toBe(503);
  await cluster.rest.put('/v1/settings?force=true', cluster.settings);
  for (const server of cluster.servers.values()) await cluster.putServer(server);
  const after = await cluster.settled(['a', 'b'], ({ epoch }) => epoch !== before.epoch);
  expect(BigInt(after.epoch)).toBeGreaterThan(BigInt(before.epoch));
  expect(BigInt(after.version)).toBeGreaterThan(BigInt(before.version));
  expect(after.pins).toEqual({});
});
