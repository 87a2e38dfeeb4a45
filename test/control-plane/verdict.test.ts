import { expect, it } from 'vitest';
import { views } from '../../control-plane/model/index.ts';
import type { EtcdStore } from '../../control-plane/store/index.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { startCluster } from './cluster.ts';
import type { Rest } from './rest.ts';

/** Of `/v1/verdicts`. */
interface VerdictBody {
  id: string;
  state: string;
  deaths: string[];
  heldUntil: string | null;
  returned: string | null;
}

/** Ten times what is expected: two checks, a report, the writes of the views and of the verdict. */
const MOST_DEATH_MS = 30_000;

async function verdictOn(rest: Rest, id: string): Promise<VerdictBody | undefined> {
  const { servers } = await rest.get<{ servers: VerdictBody[] }>('/v1/verdicts');
  return servers.find((server) => server.id === id);
}

/** The replica that hears a proxy, by the view that is stored; undefined: there is none. */
async function hearsProxy(store: EtcdStore, proxy: string): Promise<string | undefined> {
  const entry = await store.get(views.keyOf(proxy));
  if (entry === undefined) return undefined;
  const decoded = views.decode(proxy, entry.value);
  if ('why' in decoded) throw new Error(decoded.why);
  return Object.keys(decoded.value.servers).length > 0 ? decoded.value.replica : undefined;
}

it('a server dies, the replica that heard it is killed, the server returns: held down, then alive', async () => {
  const cluster = await startCluster(cleanupAfterTest(), { controlPlanes: 2, proxies: 2 });
  const store = await cluster.openStore();
  await waitFor(async () => (await store.list(views.prefix)).entries.length === 2, { what: 'both views' });
  const died = cluster.servers.get('a')!;
  const ports = { mqtt: died.mqttPort, websocket: died.websocketPort };

  const killedAt = performance.now();
  await died.stop();
  await waitFor(async () => (await verdictOn(cluster.rest, 'a'))?.state === 'dead', {
    what: 'a to be dead',
    timeout: MOST_DEATH_MS,
    describe: () => cluster.controlPlanes.map((replica) => replica.log()),
  });
  console.log(
    `measured: a dead server is declared dead after ${(performance.now() - killedAt).toFixed(0)} ms`,
  );
  await waitFor(
    async () => {
      const [one, two] = await Promise.all(cluster.controlPlanes.map(({ rest }) => verdictOn(rest, 'a')));
      return one?.state === 'dead' && JSON.stringify(one) === JSON.stringify(two);
    },
    { what: 'the replicas to agree' },
  );
  expect(await verdictOn(cluster.rest, 'a')).toMatchObject({ deaths: [expect.any(String)], heldUntil: null });
  expect(await verdictOn(cluster.rest, 'b')).toMatchObject({ state: 'alive', deaths: [] });

  // No control plane, no view; the verdicts stay as they are.
  const heard = await hearsProxy(store, 'proxy-0');
  const lost = cluster.controlPlanes.find(({ id }) => id === heard)!;
  await lost.kill();
  cluster.controlPlanes.splice(cluster.controlPlanes.indexOf(lost), 1);
  const seen = new Set<string>();
  const survivor = cluster.controlPlanes[0]!;
  await waitFor(
    async () => {
      const [a, b] = [await verdictOn(cluster.rest, 'a'), await verdictOn(cluster.rest, 'b')];
      seen.add(`a ${a?.state}, b ${b?.state}`);
      const by = [await hearsProxy(store, 'proxy-0'), await hearsProxy(store, 'proxy-1')];
      const { id } = await cluster.rest.get<{ id: string }>('/v1/leader');
      return by.every((replica) => replica === survivor.id) && id === survivor.id;
    },
    {
      what: 'the other replica to hear both proxies and to lead',
      timeout: 60_000,
      describe: () => survivor.log(),
    },
  );
  expect([...seen]).toEqual(['a dead, b alive']);

  await cluster.restartServer('a', ports);
  const held = await waitFor(
    async () => {
      const verdict = await verdictOn(cluster.rest, 'a');
      return typeof verdict?.heldUntil === 'string' ? verdict : undefined;
    },
    { what: 'a to be held down', timeout: MOST_DEATH_MS, describe: () => survivor.log() },
  );
  expect(held.state).toBe('dead');
  const returned = await waitFor(
    async () => {
      const verdict = await verdictOn(cluster.rest, 'a');
      return verdict?.state === 'alive' ? verdict : undefined;
    },
    { what: 'a to be alive', timeout: 60_000, describe: () => survivor.log() },
  );
  expect(returned.deaths).toHaveLength(1);
  expect(Date.parse(returned.returned!)).toBeGreaterThanOrEqual(Date.parse(held.heldUntil!));
  expect(await verdictOn(cluster.rest, 'b')).toMatchObject({ state: 'alive', deaths: [] });
});
