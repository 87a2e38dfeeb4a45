/**
 * Exact placement, which the product stands on and Envoy does not document: a ring-hash cluster whose endpoints carry
 * `hash_key: "<server>"` has the points `<server>_0`, `<server>_1`, …, and the hash key `<server>_<k>` hits the server's
 * own point. 500 servers with 16 points each, every one of them asked for, through the product's own resources.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import * as resources from '../../control-plane/resources/index.ts';
import { POINTS, SLOTS } from '../../protocol-filters/wire/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import { cleanupAfterAll } from '../harness/cleanup-hooks.ts';
import { manyServers } from '../harness/many-servers.ts';
import type { ServerSet } from '../harness/many-servers.ts';
import { startTestbed } from '../harness/testbed.ts';
import type { BedServer, Testbed } from '../harness/testbed.ts';
import { landAll, organizationOfEachSlot } from './landing.ts';
import type { PortKind } from './landing.ts';
import { NamedServer } from './named-server.ts';

const SERVERS = 500;
const JOINING = 20;
const KINDS: readonly PortKind[] = ['mqtt', 'websocket'];
const LONG_MS = 120_000;

/** A hash key's k, the server that it belongs to, and an organization that has it. */
interface Key {
  server: string;
  k: number;
  organization: string;
}

const cleanup = cleanupAfterAll();
const organizations = organizationOfEachSlot();
let set: ServerSet<NamedServer>;
let bed: Testbed;

/**
 * The product's clusters, but checked every 3 s: at 0.5 s, 500 servers in one test process would be busy with 4,000 checks
 * a second and fail some.
 */
function checkSeldom(): void {
  for (const kind of KINDS) {
    const cluster = resources.serverCluster({ name: `servers_${kind}`, healthCheck: 'tcp' });
    const [check] = cluster.health_checks ?? [];
    if (!check) throw new Error('the server cluster has no health check');
    const seldom = { interval: '3s', no_traffic_interval: '3s', timeout: '3s' } as const;
    bed.set(TYPE_URLS.CDS, `servers_${kind}`, { ...cluster, health_checks: [{ ...check, ...seldom }] });
  }
}

function entry(server: NamedServer): BedServer {
  return { id: server.id, host: server.host, mqtt: server.port, websocket: server.port };
}

/** Sends the endpoints and waits until both proxies see healthy exactly those that are not among `down`. */
async function serve(servers: readonly BedServer[], down: ReadonlySet<string> = new Set()): Promise<void> {
  await bed.serve(servers);
  const living = new Set(servers.filter(({ id }) => !down.has(id)).map(({ host }) => `${host}:${set.port}`));
  for (const proxy of bed.proxies) {
    for (const kind of KINDS) {
      await proxy.waitForCluster(
        `servers_${kind}`,
        ({ hosts }) =>
          hosts.size === servers.length &&
          [...hosts.values()].every(({ address, healthy }) => healthy === living.has(address)),
        { timeout: 60_000, describe: () => 'the health of the servers is another' },
      );
    }
  }
}

/** Slot 16 s + k goes to server s: with its hash key ending in k. */
async function assign(servers: readonly BedServer[]): Promise<void> {
  const slots = Uint16Array.from({ length: SLOTS }, (_, slot) => Math.floor(slot / POINTS) % servers.length);
  await bed.assign({ servers: servers.map(({ id }) => id), slots });
}

function keysOf(servers: readonly BedServer[]): Key[] {
  return servers.flatMap(({ id }, index) =>
    Array.from({ length: POINTS }, (_, k) => {
      return { server: id, k, organization: organizations[index * POINTS + k]! };
    }),
  );
}

/** Where each key's connection ends up. */
async function landingsOf(
  kind: PortKind,
  proxy: number,
  keys: readonly Key[],
): Promise<(string | undefined)[]> {
  const at = bed[kind](proxy);
  const landings = await landAll(
    kind,
    at,
    keys.map(({ organization }) => organization),
  );
  return landings.map(({ server }) => server);
}

/** The keys that hit another server than their own, or none. */
async function misses(kind: PortKind, proxy: number, keys: readonly Key[]): Promise<string[]> {
  const landings = await landingsOf(kind, proxy, keys);
  return keys.flatMap(({ server, k }, i) =>
    landings[i] === server
      ? []
      : [`${server}_${k} by ${kind} through proxy ${proxy}: ${landings[i] ?? 'refused'}`],
  );
}

describe('500 servers with 16 points each', () => {
  let all: BedServer[];
  let present: BedServer[];

  beforeAll(async () => {
    bed = cleanup.own(await startTestbed({ servers: [], proxies: 2 }));
    let number = 0;
    set = cleanup.own(
      await manyServers(SERVERS + JOINING, (at) => NamedServer.start(`server-${number++}`, at)),
    );
    all = set.servers.map(entry);
    present = all.slice(0, SERVERS);
    checkSeldom();
    const start = performance.now();
    await serve(present);
    console.log(`measured: ${SERVERS} servers checked and in both rings after ${ms(start)} ms`);
    await assign(present);
  }, LONG_MS);

  it.each(KINDS)(
    'every (server, k) hits its own server, in two Envoys alike: %s',
    async (kind) => {
      const keys = keysOf(present);
      expect(new Set(keys.map(({ server, k }) => `${server}_${k}`)).size).toBe(SERVERS * POINTS);
      const start = performance.now();
      for (const proxy of [0, 1]) expect(await misses(kind, proxy, keys)).toEqual([]);
      console.log(`measured: ${keys.length * 2} connections by ${kind} in ${ms(start)} ms, none misplaced`);
    },
    LONG_MS,
  );

  it(
    'every (server, k) hits its own server after 20 servers have joined',
    async () => {
      present = all;
      await serve(present);
      await assign(present);
      expect(await misses('mqtt', 0, keysOf(present))).toEqual([]);
      expect(await misses('websocket', 1, keysOf(present))).toEqual([]);
    },
    LONG_MS,
  );

  it(
    'every (server, k) hits its own server after 20 servers from everywhere in the list have left',
    async () => {
      present = all.filter((_, index) => index % 26 !== 7);
      expect(present).toHaveLength(SERVERS);
      await assign(present);
      await serve(present);
      expect(await misses('mqtt', 1, keysOf(present))).toEqual([]);
      expect(await misses('websocket', 0, keysOf(present))).toEqual([]);
    },
    LONG_MS,
  );

  /** 10 servers that EDS will call unhealthy, 5 that will refuse connects, their keys and everybody else's. */
  function victims() {
    const ids = (every: number, first: number): Set<string> =>
      new Set(present.filter((_, index) => index % every === first).map(({ id }) => id));
    const unhealthy = ids(50, 3);
    const refusing = ids(100, 8);
    const down = new Set([...unhealthy, ...refusing]);
    const keys = keysOf(present);
    const fallen = keys.filter(({ server }) => down.has(server));
    const others = keys.filter(({ server }) => !down.has(server));
    return { unhealthy, refusing, down, fallen, others };
  }

  it(
    'the keys of unhealthy and of refusing servers fall to the same servers in two Envoys and both protocols; no other moves',
    async () => {
      const { unhealthy, refusing, down, fallen, others } = victims();
      expect(fallen).toHaveLength(15 * POINTS);
      for (const server of set.servers) {
        if (refusing.has(server.id)) server.refuse({ destroyConnections: true });
      }
      const marked = present.map((server) =>
        unhealthy.has(server.id) ? { ...server, health: 'UNHEALTHY' as const } : server,
      );
      await serve(marked, down);
      const fallbacks = await landingsOf('mqtt', 0, fallen);
      expect(fallbacks.filter((server) => server === undefined || down.has(server))).toEqual([]);
      expect(await landingsOf('mqtt', 1, fallen)).toEqual(fallbacks);
      for (const proxy of [0, 1]) expect(await landingsOf('websocket', proxy, fallen)).toEqual(fallbacks);
      // One neighbour a point: a server's keys fall to many.
      for (const server of down) {
        const to = new Set(fallbacks.filter((_, i) => fallen[i]!.server === server));
        expect(to.size).toBeGreaterThan(POINTS / 2);
      }
      expect(await misses('mqtt', 0, others)).toEqual([]);
    },
    LONG_MS,
  );

  it(
    'they come home when the servers are healthy again and listen again; no other moves',
    async () => {
      const { fallen, others } = victims();
      for (const server of set.servers) await server.reopen();
      await serve(present);
      for (const kind of KINDS) {
        for (const proxy of [0, 1]) expect(await misses(kind, proxy, fallen)).toEqual([]);
      }
      expect(await misses('websocket', 1, others)).toEqual([]);
    },
    LONG_MS,
  );
});

function ms(since: number): number {
  return Math.round(performance.now() - since);
}
