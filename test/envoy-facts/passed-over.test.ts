/** Servers that take connections and then do nothing, or that vanish without a word: what sees it, and what devices see. */
import { expect, it } from 'vitest';
import type { Cleanup } from '../harness/cleanup.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import type { HostStatus } from '../harness/envoy-admin.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { createNetwork, networksAvailable, type Network } from '../harness/netns.ts';
import { ServerProcess } from '../harness/server-process.ts';
import { startTestbed, type Testbed, type TestbedOptions } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';
import { WebSocketServerUpstream } from '../harness/websocket-server.ts';
import { Arrivals } from './arrivals.ts';
import type { PortKind } from './landing.ts';

const { available, reason } = await networksAvailable();

/** Ten times what the settings promise: two checks that time out after half a second, half a second apart. */
const MOST_MS = 20_000;
const KINDS = ['mqtt', 'websocket'] as const;

interface Bed {
  bed: Testbed;
  /** The server of every organization, one process for each port kind. */
  mortal: Record<PortKind, ServerProcess>;
  arrivals: Record<PortKind, Arrivals>;
  /** Whether a device came to the other server. */
  cameToOther(kind: PortKind, id: string): boolean;
}

async function startBed(
  cleanup: Cleanup,
  healthCheck: TestbedOptions['healthCheck'],
  netns?: Network,
): Promise<Bed> {
  const start = async (kind: PortKind) =>
    cleanup.own(await ServerProcess.start({ kind, ...(netns === undefined ? {} : { netns }) }));
  const [mqtt, websocket] = await Promise.all(KINDS.map(start));
  if (mqtt === undefined || websocket === undefined) throw new Error('no server');
  const otherMqtt = cleanup.own(await MqttServer.start());
  const otherWebsocket = cleanup.own(await WebSocketServerUpstream.start());
  const servers = [
    { id: 'mortal', host: mqtt.host, mqtt: mqtt.port, websocket: websocket.port },
    { id: 'other', host: '127.0.0.1', mqtt: otherMqtt.port, websocket: otherWebsocket.port },
  ];
  const bed = cleanup.own(
    await startTestbed({
      servers,
      assignment: { slots: new Uint16Array(16384).fill(0) },
      ...(healthCheck === undefined ? {} : { healthCheck }),
    }),
  );
  const arrivals = {
    mqtt: cleanup.own(new Arrivals('mqtt', bed.mqtt())),
    websocket: cleanup.own(new Arrivals('websocket', bed.websocket())),
  };
  const cameToOther = (kind: PortKind, id: string): boolean =>
    kind === 'mqtt'
      ? otherMqtt.connections.some(({ clientId }) => clientId === id)
      : otherWebsocket.sessions.some(({ url }) => url === `/acme/${id}`);
  const all: Bed = { bed, mortal: { mqtt, websocket }, arrivals, cameToOther };
  for (const kind of KINDS) {
    const first = arrivals[kind].arrive();
    await waitFor(() => first.answeredAt !== undefined, { what: `a ${kind} device to be answered` });
    expect(cameToOther(kind, first.id)).toBe(false);
    arrivals[kind].list.length = 0;
  }
  return all;
}

async function hostOf({ bed, mortal }: Bed, kind: PortKind): Promise<HostStatus | undefined> {
  return (await bed.proxies[0]?.clusters())?.get(`servers_${kind}`)?.hosts.get(mortal[kind].address);
}

/** Devices arrive every 25 ms until the first that is answered. */
async function arriveUntilServed({ arrivals }: Bed, kind: PortKind) {
  const of = arrivals[kind];
  of.every(25);
  await waitFor(() => of.answered.length > 0, { what: `a ${kind} device to be answered`, timeout: MOST_MS });
  of.pause();
  return of;
}

/** When devices are answered by the server itself again. */
async function returnOf({ arrivals, cameToOther }: Bed, kind: PortKind, since: number): Promise<number> {
  await waitFor(
    async () => {
      const one = arrivals[kind].arrive();
      await waitFor(() => one.answeredAt !== undefined, { what: `a ${kind} device to be answered` });
      return !cameToOther(kind, one.id);
    },
    { what: `a ${kind} device to come to the server that is back`, timeout: MOST_MS },
  );
  return performance.now() - since;
}

it('a frozen server is passed over by checks with protocol bytes; devices of the time between wait for it, unheard', async () => {
  const all = await startBed(cleanupAfterTest(), { mqtt: 'mqtt', websocket: 'websocket' });
  const { mortal, arrivals, cameToOther } = all;
  for (const kind of KINDS) mortal[kind].freeze();
  const frozenAt = performance.now();
  await Promise.all(
    KINDS.map(async (kind) => {
      const { list } = await arriveUntilServed(all, kind);
      // The first that is answered may have been overtaken, not by many: the order of arrival decides.
      const served = list.filter(({ id }) => cameToOther(kind, id));
      const after = Math.min(...served.map(({ at }) => at)) - frozenAt;
      console.log(
        `measured: frozen ${kind} server: devices go elsewhere after ${after.toFixed(0)} ms, ${arrivals[kind].waiting.length} came before and wait`,
      );
      expect(after).toBeLessThan(MOST_MS);
      expect((await hostOf(all, kind))?.flags).toContain('failed_active_health_check');
    }),
  );
  // They are neither closed nor brought elsewhere when the server is found dead; only the server can answer them.
  for (const kind of KINDS) expect(arrivals[kind].list.filter(({ ended }) => ended)).toEqual([]);
  const waiting = KINDS.flatMap((kind) => arrivals[kind].waiting);
  expect(waiting.length).toBeGreaterThan(0);

  for (const kind of KINDS) mortal[kind].thaw();
  const thawedAt = performance.now();
  for (const kind of KINDS) {
    const took = await returnOf(all, kind, thawedAt);
    console.log(`measured: thawed ${kind} server: devices come to it again after ${took.toFixed(0)} ms`);
    expect(took).toBeLessThan(MOST_MS);
  }
  await waitFor(() => waiting.every(({ answeredAt }) => answeredAt !== undefined), {
    what: 'the devices that waited to be answered after all',
  });
});

it('a frozen server is alive to a check that only connects, and its devices wait', async () => {
  const all = await startBed(cleanupAfterTest(), undefined);
  const { bed, mortal, arrivals } = all;
  const [envoy] = bed.proxies;
  for (const kind of KINDS) mortal[kind].freeze();
  for (const kind of KINDS) arrivals[kind].arrive();
  for (const kind of KINDS) {
    const name = `cluster.servers_${kind}.health_check`;
    const before = (await envoy?.counter(`${name}.success`)) ?? 0;
    // Two servers: four checks of each, twice as many as it takes to find one dead.
    await envoy?.waitForStat(`${name}.success`, before + 8);
    expect(await envoy?.counter(`${name}.failure`)).toBe(0);
    expect(await hostOf(all, kind)).toMatchObject({ healthy: true, flags: [] });
    expect(arrivals[kind].waiting).toHaveLength(1);
  }
});

it('a silent server is passed over, and devices of the time between are served elsewhere after the connect timeout', async ({
  skip,
}) => {
  skip(!available, reason);
  const cleanup = cleanupAfterTest();
  const network = cleanup.own(await createNetwork());
  const all = await startBed(cleanup, { mqtt: 'mqtt', websocket: 'websocket' }, network);
  const { arrivals, cameToOther, mortal } = all;
  await network.dropPacketsTo(mortal.mqtt.host);
  const silentAt = performance.now();
  await Promise.all(
    KINDS.map(async (kind) => {
      const of = arrivals[kind];
      of.every(25);
      await waitFor(async () => (await hostOf(all, kind))?.flags.length !== 0, {
        what: `routing to see the silent ${kind} server`,
        timeout: MOST_MS,
      });
      const seen = performance.now() - silentAt;
      of.pause();
      await waitFor(() => of.waiting.length === 0, { what: 'every device to be answered', timeout: MOST_MS });
      const waits = of.list.map(({ at, answeredAt = Infinity }) => answeredAt - at);
      console.log(
        `measured: silent ${kind} server: passed over after ${seen.toFixed(0)} ms; ${of.list.length} devices of the time between were served after ${Math.min(...waits).toFixed(0)} to ${Math.max(...waits).toFixed(0)} ms`,
      );
      expect(of.list.filter(({ id }) => !cameToOther(kind, id))).toEqual([]);
      expect(seen).toBeLessThan(MOST_MS);
      // Connect timeout 1 s; until then the first bytes are kept.
      expect(Math.max(...waits)).toBeLessThan(MOST_MS);
    }),
  );
  await network.restorePackets(mortal.mqtt.host);
  const backAt = performance.now();
  for (const kind of KINDS) {
    const took = await returnOf(all, kind, backAt);
    console.log(`measured: ${kind} server that speaks again: devices come to it after ${took.toFixed(0)} ms`);
    expect(took).toBeLessThan(MOST_MS);
  }
});
