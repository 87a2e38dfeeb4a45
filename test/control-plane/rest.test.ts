/** REST against real proxies and a real etcd, at the replica that does not lead. One system for all. */
import { beforeAll, expect, it } from 'vitest';
import { DEFAULT_LISTENERS } from '../../control-plane/model/index.ts';
import { Fleet } from '../../demo/fleet.ts';
import { cleanupAfterAll } from '../harness/cleanup-hooks.ts';
import { EventReader } from '../harness/event-reader.ts';
import { waitFor } from '../harness/wait.ts';
import { LISTENERS, startCluster, type Cluster } from './cluster.ts';
import type { Rest, RestAnswer } from './rest.ts';

const cleanup = cleanupAfterAll();
const DEVICES = 12;

let cluster: Cluster;
/** Of a replica that does not lead. */
let rest: Rest;
let port: number;
let fleet: Fleet;

interface Applied {
  readonly complete: boolean;
  readonly proxies: number;
  readonly waiting: readonly { readonly proxy?: string; readonly why: string }[];
}
const appliedOf = ({ body }: RestAnswer): Applied => (body as { applied: Applied }).applied;

interface ProxyBody {
  readonly id: string;
  readonly lag: string | null;
  readonly acks: readonly { readonly type: string; readonly resources: number; readonly acked: number }[];
  readonly refused: readonly { readonly type: string; readonly name: string; readonly message: string }[];
  readonly health: readonly { readonly cluster: string; readonly server: string; readonly health: string }[];
}
const proxies = async (): Promise<readonly ProxyBody[]> =>
  (await rest.get<{ proxies: ProxyBody[] }>('/v1/proxies')).proxies;

beforeAll(async () => {
  cluster = await startCluster(cleanup, { controlPlanes: 2, proxies: 2 });
  const { id } = await cluster.rest.get<{ id: string }>('/v1/leader');
  const follower = cluster.controlPlanes.find((replica) => replica.id !== id)!;
  rest = follower.rest;
  port = follower.ports.admin;
  const at = await Promise.all(
    [0, 1].map(async (proxy) => {
      const [mqtt, websocket] = [
        await cluster.listener(proxy, 'mqtt'),
        await cluster.listener(proxy, 'websocket'),
      ];
      return { mqtt: `${mqtt.host}:${mqtt.port}`, websocket: `${websocket.host}:${websocket.port}` };
    }),
  );
  fleet = cleanup.own(new Fleet({ devices: DEVICES, organizations: 4, proxies: at, rampMs: 100 }));
  fleet.start();
  await waitFor(
    async () => {
      const { servers } = await rest.get<{ servers: Record<string, number> }>('/v1/connections');
      return Object.values(servers).reduce((sum, count) => sum + count, 0) === DEVICES;
    },
    { what: 'all devices to be reported', timeout: 60_000, describe: () => fleet.status() },
  );
});

it('wait=applied comes when every proxy, at whichever replica, has acknowledged and routes by the change', async () => {
  const labelled = await rest.request('PATCH', '/v1/servers/a?wait=applied', { labels: { zone: 'eu' } });
  expect(appliedOf(labelled)).toMatchObject({ complete: true, proxies: 2, waiting: [] });
  const pinned = await rest.request('PUT', '/v1/pins/org-001?wait=applied', { server: 'a' });
  expect([pinned.status, appliedOf(pinned)]).toMatchObject([201, { complete: true, proxies: 2 }]);
  const { pins } = await cluster.assignment();
  expect(pins['org-001']).toBe('a');
  // Right after the routes the drain is written: that is on its way now.
  let all: readonly ProxyBody[] = [];
  await waitFor(
    async () => {
      all = await proxies();
      return all.every(
        ({ acks, lag }) =>
          lag === '0' && acks.every(({ resources, acked }) => resources > 0 && acked === resources),
      );
    },
    { what: 'every proxy to have acknowledged everything', describe: () => JSON.stringify(all) },
  );
  const types = expect.arrayContaining(['CDS', 'EDS', 'LDS', 'RDS', 'ECDS']) as unknown;
  for (const { acks } of all) expect(acks.map(({ type }) => type)).toEqual(types);
  const released = await rest.request('DELETE', '/v1/pins/org-001?wait=applied');
  expect([released.status, appliedOf(released)]).toMatchObject([200, { complete: true }]);
});

it('a listener that a proxy cannot open is refused in its words, and wait=applied says so', async () => {
  // No machine has it (RFC 5737).
  const wrong = { ...DEFAULT_LISTENERS[0], name: 'nowhere', address: '192.0.2.1', port: 1883 };
  const answer = await rest.request('POST', '/v1/listeners?wait=applied&timeoutMs=5000', wrong);
  expect(answer.status).toBe(201);
  const { complete, waiting } = appliedOf(answer);
  expect(complete).toBe(false);
  expect(waiting.map(({ proxy }) => proxy).sort()).toEqual(['proxy-0', 'proxy-1']);
  for (const { why } of waiting) expect(why).toMatch(/^refuses LDS nowhere: .*192\.0\.2\.1/);
  const [proxy] = await proxies();
  expect(proxy?.refused).toMatchObject([{ type: 'LDS', name: 'nowhere' }]);
  expect(proxy?.refused[0]?.message).toContain('192.0.2.1');
  const removed = await rest.request('DELETE', '/v1/listeners/nowhere?force=true&wait=applied');
  expect(appliedOf(removed)).toMatchObject({ complete: true });
});

it('what closes the connections of a listener is done by force alone, and says how many; what does not is done', async () => {
  const [mqtt] = LISTENERS;
  const harmless = { ...mqtt, firstMessageTimeoutMs: 9_000 };
  const done = await rest.request('PUT', '/v1/listeners/mqtt?wait=applied', harmless);
  expect(done.status).toBe(200);
  expect(appliedOf(done)).toMatchObject({ complete: true });
  expect(fleet.status()).toMatchObject({ connected: DEVICES, endings: {} });
  const moved = { ...harmless, address: '127.0.0.9' };
  const refused = await rest.request('PUT', '/v1/listeners/mqtt', moved);
  expect(refused).toMatchObject({ status: 409, body: { code: 'COHORT_WOULD_CLOSE', devices: DEVICES } });
  expect(fleet.status()).toMatchObject({ connected: DEVICES, endings: {} });
});

it('a server is checked at another port where its health check says so', async () => {
  // Nothing listens at port 1. Without a weight it gets no devices.
  const { mqttPort, websocketPort } = await cluster.startServer('c');
  const at = (number: number): object => ({ host: '127.0.0.1', port: number });
  const created = await rest.request('POST', '/v1/servers', {
    id: 'c',
    ports: { mqtt: at(mqttPort), websocket: at(websocketPort) },
    weight: 0,
    healthCheck: { ports: { mqtt: 1 } },
  });
  expect(created.status).toBe(201);
  const seen = async (isWanted: (health: string) => boolean): Promise<boolean> =>
    (await proxies()).every(({ health }) =>
      health.some((one) => one.server === 'c' && one.cluster === 'servers_mqtt' && isWanted(one.health)),
    );
  await waitFor(() => seen((health) => health !== 'HEALTHY' && health !== 'UNKNOWN'), {
    what: 'c to fail its checks',
    timeout: 30_000,
  });
  await rest.patch('/v1/servers/c', { healthCheck: { ports: { mqtt: mqttPort } } });
  await waitFor(() => seen((health) => health === 'HEALTHY'), {
    what: 'c to pass its checks',
    timeout: 30_000,
  });
  await rest.delete('/v1/servers/c?force=true');
});

it('the events of the leader come through another replica, and go on after Last-Event-ID', async () => {
  const url = `http://127.0.0.1:${port}/v1/events`;
  const reader = cleanup.own(await EventReader.open(url));
  expect(await reader.next()).toMatchObject({ event: 'hello' });
  await rest.put('/v1/pins/org-002', { server: 'b' });
  const created = (await reader.until('pin')).at(-1);
  expect(created).toMatchObject({ data: { what: 'created', organization: 'org-002' } });
  await rest.delete('/v1/pins/org-002');
  const resumed = cleanup.own(await EventReader.open(url, created?.id));
  expect(await resumed.next()).toMatchObject({ event: 'hello', data: { resumed: true } });
  const removed = (await resumed.until('pin')).at(-1);
  expect(removed).toMatchObject({ data: { what: 'removed', organization: 'org-002' } });
});

it('the document is served by the process', async () => {
  const { openapi } = await rest.get<{ openapi: string }>('/openapi.json');
  expect(openapi).toBe('3.1.0');
});

it('etcd goes away: reads go on, marked; writes are told when to come again; then all is as before', async () => {
  const [etcd] = cluster.etcd.members;
  await etcd!.kill();
  const paths = [
    '/v1/servers',
    '/v1/pins',
    '/v1/settings',
    '/v1/assignment',
    '/v1/proxies',
    '/v1/overview',
    '/v1/organizations',
  ];
  await waitFor(
    async () => {
      const answers = await Promise.all(paths.map((path) => rest.request('GET', path)));
      return answers.every(
        ({ status, headers }) => status === 200 && headers.get('x-cohort-stale') === 'true',
      );
    },
    { what: 'every read to be marked', timeout: 60_000, interval: 200 },
  );
  // The replica that led last goes on being told by all, and is asked by all.
  const stale = { why: expect.any(String) as string, parts: expect.any(Array) as string[] };
  const counts = { connections: DEVICES, proxies: 2 };
  const { body } = await rest.request('GET', '/v1/overview');
  expect(body).toMatchObject({ stale, missing: [], counts });
  expect(body).not.toMatchObject({ stale: { partial: true } });
  const write = await rest.request('PATCH', '/v1/servers/a', { labels: { zone: 'us' } });
  expect([write.status, write.headers.get('retry-after')]).toEqual([503, '1']);
  expect(fleet.status()).toMatchObject({ connected: DEVICES });

  await etcd!.restart();
  await waitFor(
    async () => {
      const answers = await Promise.all(paths.map((path) => rest.request('GET', path)));
      return answers.every(({ status, headers }) => status === 200 && headers.get('x-cohort-stale') === null);
    },
    { what: 'nothing to be marked any more', timeout: 60_000, interval: 200 },
  );
});
