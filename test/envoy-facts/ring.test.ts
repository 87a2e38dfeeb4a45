/** The ring as control-plane/placement/ring.ts computes it, held against the ring of a real Envoy. */
import { expect, it } from 'vitest';
import { Ring } from '../../control-plane/placement/ring.ts';
import { hashKey, slotOf } from '../../control-plane/placement/slot.ts';
import { POINTS, SLOTS } from '../../protocol-filters/wire/index.ts';
import { cleanupAfterAll } from '../harness/cleanup-hooks.ts';
import { startTestbed, type BedServer } from '../harness/testbed.ts';
import { land, type PortKind } from './landing.ts';
import { NamedServer } from './named-server.ts';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const cleanup = cleanupAfterAll();

/** Sixteen slots in a row go to one server, so that each server's slots take all its points. */
const slots = Uint16Array.from({ length: SLOTS }, (_, slot) => Math.floor(slot / POINTS) % IDS.length);

/** For each server and point an organization that is assigned to that server by that point. */
function organizations(): Map<string, string> {
  const byKey = new Map<string, string>();
  for (let i = 0; byKey.size < IDS.length * POINTS; i++) {
    const organization = `org-${i}`;
    const key = hashKey(organization, IDS[slots[slotOf(organization)] ?? 0] ?? '');
    if (!byKey.has(key)) byKey.set(key, organization);
  }
  return byKey;
}

const byKey = organizations();
const servers = new Map<string, NamedServer>();
for (const id of IDS) servers.set(id, cleanup.own(await NamedServer.start(id)));

function bedServers(health: Record<string, BedServer['health']> = {}): BedServer[] {
  return [...servers].map(([id, { host, port }]) => {
    const state = health[id];
    return { id, host, mqtt: port, websocket: port, ...(state === undefined ? {} : { health: state }) };
  });
}

const bed = cleanup.own(await startTestbed({ servers: bedServers(), assignment: { slots } }));

async function serveAlive(
  health: Record<string, BedServer['health']>,
  living: readonly string[],
): Promise<void> {
  await bed.serve(bedServers(health));
  for (const kind of ['mqtt', 'websocket']) {
    await bed.proxies[0]?.waitForStat(
      `cluster.servers_${kind}.membership_healthy`,
      (value) => value === living.length,
    );
    const size = new Ring(living).size;
    await bed.proxies[0]?.waitForStat(`cluster.servers_${kind}.ring_hash_lb.size`, (value) => value === size);
  }
}

/** Where the key's organization lands, for every key of these servers. */
async function landings(ids: readonly string[], kind: PortKind): Promise<[string, string | undefined][]> {
  const keys = ids.flatMap((id) => Array.from({ length: POINTS }, (_, k) => `${id}_${k}`));
  return Promise.all(
    keys.map(async (key): Promise<[string, string | undefined]> => {
      const { server } = await land(kind, bed[kind](), byKey.get(key) ?? '');
      return [key, server];
    }),
  );
}

function predicted(ids: readonly string[], living: readonly string[]): [string, string | undefined][] {
  const ring = new Ring(living);
  return ids.flatMap((id) =>
    Array.from({ length: POINTS }, (_, k): [string, string | undefined] => [
      `${id}_${k}`,
      ring.serverOf(`${id}_${k}`),
    ]),
  );
}

it.each([
  ['dead by EDS', { c: 'UNHEALTHY' }],
  ['draining by EDS', { a: 'DRAINING', f: 'DRAINING' }],
  ['dead, four of seven', { a: 'UNHEALTHY', c: 'UNHEALTHY', e: 'DRAINING', g: 'UNHEALTHY' }],
] as [string, Record<string, BedServer['health']>][])(
  'the keys of a server that is %s fall to the next point on the ring of the living, over TCP and HTTP',
  async (_, health) => {
    const living = IDS.filter((id) => !(id in health));
    await serveAlive(health, living);
    for (const kind of ['mqtt', 'websocket'] as const) {
      expect(await landings(IDS, kind)).toEqual(predicted(IDS, living));
    }
  },
);

it('the keys of a server that refuses connects fall where the ring says as soon as it is put aside', async () => {
  await serveAlive({}, IDS);
  expect(await landings(IDS, 'mqtt')).toEqual(predicted(IDS, IDS));
  servers.get('d')?.refuse({ destroyConnections: true });
  // At once: each device's own retries lead it there.
  const living = IDS.filter((id) => id !== 'd');
  for (const kind of ['mqtt', 'websocket'] as const) {
    expect(await landings(['d'], kind)).toEqual(predicted(['d'], living));
  }
  const counts = new Map<string, number>();
  for (const [, server = ''] of predicted(['d'], living)) counts.set(server, (counts.get(server) ?? 0) + 1);
  console.log(
    `measured: the 16 keys of a dead server fall to ${[...counts].map((pair) => pair.join(' ×')).join(', ')}`,
  );
  await servers.get('d')?.reopen();
  await serveAlive({}, IDS);
});

it('every living server has the same number of points: the size asked for, shared and rounded up', async () => {
  for (let dead = 0; dead < IDS.length; dead++) {
    const living = IDS.slice(dead);
    await serveAlive(Object.fromEntries(IDS.slice(0, dead).map((id) => [id, 'UNHEALTHY'])), living);
    const stats = await bed.proxies[0]?.stats('cluster.servers_mqtt.ring_hash_lb.');
    const each = new Ring(living).size / living.length;
    expect(stats?.get('cluster.servers_mqtt.ring_hash_lb.min_hashes_per_host')).toBe(each);
    expect(stats?.get('cluster.servers_mqtt.ring_hash_lb.max_hashes_per_host')).toBe(each);
  }
});
