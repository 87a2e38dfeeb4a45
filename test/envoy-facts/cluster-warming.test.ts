/** Clusters: when a new one becomes usable, and what a connection gets while there is no server for it. */
import { expect, it } from 'vitest';
import { serverCluster, serverEndpoints } from '../../control-plane/resources/index.ts';
import type { Duration } from '../../envoy/resources/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import { cleanupAfterAll, cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startTestbed } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';
import { Arrivals } from './arrivals.ts';
import { land, landAll, quantile, type Landing, type PortKind } from './landing.ts';
import { NamedServer } from './named-server.ts';

const KINDS = ['mqtt', 'websocket'] as const;
const cleanup = cleanupAfterAll();
const servers: NamedServer[] = [];
for (const id of ['a', 'b', 'c', 'd']) servers.push(cleanup.own(await NamedServer.start(id)));
// Every organization is the first server's.
const bed = cleanup.own(
  await startTestbed({
    servers: servers.map(({ id, host, port }) => ({ id, host, mqtt: port, websocket: port })),
    assignment: { slots: new Uint16Array(16384).fill(0) },
  }),
);
const NODE = bed.nodeId(0);

const landOne = (kind: PortKind): Promise<Landing> => land(kind, bed[kind](), 'acme');
const refusal = (kind: PortKind): Partial<Landing> => ({
  server: undefined,
  status: kind === 'mqtt' ? undefined : 503,
});

async function allHealthy(): Promise<void> {
  for (const kind of KINDS) {
    await bed.proxies[0]?.waitForCluster(`servers_${kind}`, ({ hosts }) =>
      [...hosts.values()].every(({ healthy }) => healthy),
    );
  }
}

/** A cluster of its own, whose endpoints are waited for so long at most; 0s is without end. */
function setCluster(name: string, initialFetchTimeout: Duration): void {
  bed.set(TYPE_URLS.CDS, name, {
    ...serverCluster({ name, healthCheck: 'tcp', minimumRingSize: 64 }),
    eds_cluster_config: {
      eds_config: { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: initialFetchTimeout },
    },
  });
}

it('a new cluster whose EDS is not answered holds the CDS ACK back until its time to fetch is over', async () => {
  bed.ads.hold(TYPE_URLS.EDS, 'unanswered');
  setCluster('unanswered', '1s');
  const start = performance.now();
  bed.ads.push();
  await bed.ads.waitForRequest(
    ({ typeUrl, subscribe }) => typeUrl === TYPE_URLS.EDS && subscribe.includes('unanswered'),
  );
  const { at } = await bed.ads.waitForAck(NODE, TYPE_URLS.CDS, 'unanswered');
  console.log(
    `measured: initial_fetch_timeout of 1000 ms: CDS acknowledged after ${(at - start).toFixed(0)} ms`,
  );
  expect(at - start).toBeGreaterThan(900);
  bed.ads.remove(TYPE_URLS.CDS, 'unanswered');
  bed.ads.push();
  await bed.ads.waitForRemoval(NODE, TYPE_URLS.CDS, 'unanswered');
});

it('with initial_fetch_timeout 0s it holds the ACK back for good; an answer without endpoints is enough', async () => {
  bed.ads.hold(TYPE_URLS.EDS, 'endless');
  setCluster('endless', '0s');
  const version = bed.ads.version(TYPE_URLS.CDS, 'endless');
  bed.ads.push();
  // Three times what the cluster of the test before took.
  const waiting = bed.ads.waitForAck(NODE, TYPE_URLS.CDS, 'endless', version, { timeout: 3_000 });
  await expect(waiting).rejects.toThrow('not so after 3000 ms');
  expect(await bed.proxies[0]?.counter('cluster_manager.warming_clusters')).toBe(1);
  expect((await bed.proxies[0]?.clusters())?.has('endless')).toBe(false);
  // The others serve meanwhile.
  for (const kind of KINDS) expect((await landOne(kind)).server).toBe('a');

  bed.set(TYPE_URLS.EDS, 'endless', serverEndpoints('endless', []));
  bed.ads.release(TYPE_URLS.EDS, 'endless');
  await bed.ads.waitForAck(NODE, TYPE_URLS.CDS, 'endless', version);
  expect(await bed.proxies[0]?.counter('cluster_manager.warming_clusters')).toBe(0);
  bed.ads.remove(TYPE_URLS.CDS, 'endless');
  bed.ads.push();
  await bed.ads.waitForRemoval(NODE, TYPE_URLS.CDS, 'endless');
});

it('a cluster name that does not exist: TCP is closed at once, HTTP answered 503', async () => {
  const clusters = KINDS.map((kind) => serverCluster({ name: `servers_${kind}`, healthCheck: 'tcp' }));
  for (const { name } of clusters) bed.ads.remove(TYPE_URLS.CDS, name ?? '');
  bed.ads.push();
  for (const { name } of clusters) await bed.ads.waitForRemoval(NODE, TYPE_URLS.CDS, name ?? '');
  for (const kind of KINDS) {
    const landing = await landOne(kind);
    console.log(
      `measured: ${kind} to a cluster that is not there: refused after ${landing.took.toFixed(1)} ms`,
    );
    expect(landing).toMatchObject(refusal(kind));
    expect(landing.took).toBeLessThan(1_000);
  }
  for (const cluster of clusters) bed.set(TYPE_URLS.CDS, cluster.name ?? '', cluster);
  bed.ads.push();
  for (const { name } of clusters) await bed.acknowledged(TYPE_URLS.CDS, name ?? '');
  await allHealthy();
  for (const kind of KINDS) expect((await landOne(kind)).server).toBe('a');
});

it('200 parallel connects to a server that refuses all land on one other server, none is refused', async () => {
  for (const kind of KINDS) {
    await allHealthy();
    servers[0]?.refuse({ destroyConnections: true });
    const landings = await landAll(kind, bed[kind](), new Array<string>(200).fill('acme'), 200);
    const took = landings.map(({ took: ms }) => ms);
    const where = new Set(landings.map(({ server }) => server));
    console.log(
      `measured: 200 parallel ${kind} connects to a refusing server: p50 ${quantile(took, 0.5).toFixed(0)} ms, max ${quantile(took, 1).toFixed(0)} ms`,
    );
    expect(where.size).toBe(1);
    expect(['b', 'c', 'd']).toContain([...where][0]);
    expect(quantile(took, 1)).toBeLessThan(5_000);
    await servers[0]?.reopen();
  }
  await allHealthy();
});

it('when all servers are dead devices are refused quickly; when one returns it serves', async () => {
  for (const server of servers) server.refuse({ destroyConnections: true });
  const reason = async (kind: PortKind, when: string): Promise<void> => {
    const landing = await landOne(kind);
    console.log(`measured: all servers dead, ${when}: ${kind} refused after ${landing.took.toFixed(1)} ms`);
    expect(landing).toMatchObject(refusal(kind));
    expect(landing.took).toBeLessThan(5_000);
  };
  // The first has to find them out.
  for (const kind of KINDS) await reason(kind, 'unknown to the proxy');
  for (const kind of KINDS) {
    await bed.proxies[0]?.waitForStat(`cluster.servers_${kind}.membership_healthy`, (value) => value === 0);
  }
  for (const kind of KINDS) await reason(kind, 'known to the proxy');

  const start = performance.now();
  await servers[2]?.reopen();
  for (const kind of KINDS) {
    await waitFor(async () => (await landOne(kind)).server === 'c', { what: `${kind} to be served again` });
    const took = performance.now() - start;
    console.log(`measured: one server back: ${kind} served again after ${took.toFixed(0)} ms`);
    expect(took).toBeLessThan(10_000);
  }
  for (const server of servers) await server.reopen();
  await allHealthy();
});

it('more than 1,024 connections to one cluster pass', async () => {
  const own = cleanupAfterTest();
  const before = (await bed.proxies[0]?.stats('cluster.servers_')) ?? new Map<string, number>();
  const count = 1_100;
  for (const kind of KINDS) {
    const arrivals = own.own(new Arrivals(kind, bed[kind]()));
    for (let i = 0; i < count; i++) {
      arrivals.arrive();
      // No more at once than the listener's queue holds.
      if (i % 100 === 99) await waitFor(() => arrivals.waiting.length === 0, { what: 'answers' });
    }
    expect(arrivals.answered).toHaveLength(count);
    expect(arrivals.list.filter(({ ended }) => ended)).toEqual([]);
  }
  for (const kind of KINDS) {
    const active = await bed.proxies[0]?.counter(`cluster.servers_${kind}.upstream_cx_active`);
    expect(active).toBeGreaterThanOrEqual(count);
    for (const name of [
      'upstream_cx_overflow',
      'upstream_rq_pending_overflow',
      'upstream_rq_retry_overflow',
    ]) {
      const key = `cluster.servers_${kind}.${name}`;
      expect(await bed.proxies[0]?.counter(key, 0), key).toBe(before.get(key) ?? 0);
    }
  }
});
