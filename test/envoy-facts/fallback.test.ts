/**
 * What becomes of an organization when its server is down, and where proxies or protocols part: no word comes from the
 * control plane until a test sends one.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { slotOf } from '../../control-plane/placement/slot.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { MqttDevice } from '../harness/mqtt-device.ts';
import { ServerProcess } from '../harness/server-process.ts';
import { evenSlots, startTestbed } from '../harness/testbed.ts';
import type { BedServer, Testbed } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';
import { land, landAll, quantile, seat } from './landing.ts';
import type { PortKind } from './landing.ts';
import { NamedServer } from './named-server.ts';
import { occupancy } from './occupancy.ts';

const IDS = ['a', 'b', 'c'];
const ORGANIZATIONS = Array.from({ length: 60 }, (_, i) => `company-${i}`);

/** By the slot table that a testbed begins with. */
function homeOf(organization: string): string {
  return IDS[slotOf(organization) % IDS.length]!;
}
const OF_B = ORGANIZATIONS.filter((organization) => homeOf(organization) === 'b');

let cleanup: Cleanup;
beforeEach(() => {
  cleanup = cleanupAfterTest();
});

/** Both proxies see the server's port as usable, or as not. */
async function seen(bed: Testbed, kind: PortKind, address: string, healthy: boolean): Promise<void> {
  for (const proxy of bed.proxies) {
    await proxy.waitForCluster(`servers_${kind}`, ({ hosts }) => hosts.get(address)?.healthy === healthy);
  }
}

describe('a server is killed', () => {
  /** Connects two devices of each organization through each proxy, all at once; organization → ids of its servers. */
  async function connectAll(
    bed: Testbed,
    processes: ReadonlyMap<string, ServerProcess>,
    round: string,
  ): Promise<{ servers: Map<string, Set<string>>; took: Map<string, number[]> }> {
    const took = new Map<string, number[]>();
    const connect = async (organization: string, proxy: number, number: number): Promise<void> => {
      const start = performance.now();
      const clientId = `${round}-${organization}-${proxy}-${number}`;
      cleanup.own(await MqttDevice.connect({ ...bed.mqtt(proxy), username: `${organization}/x`, clientId }));
      took.set(organization, [...(took.get(organization) ?? []), performance.now() - start]);
    };
    await Promise.all(
      ORGANIZATIONS.flatMap((organization) =>
        [0, 0, 1, 1].map((proxy, number) => connect(organization, proxy, number)),
      ),
    );
    const servers = new Map<string, Set<string>>();
    for (const [id, server] of processes) {
      for (const { clientId = '', username = '' } of await server.connections()) {
        if (!clientId.startsWith(`${round}-`)) continue;
        const organization = username.split('/')[0]!;
        servers.set(organization, (servers.get(organization) ?? new Set()).add(id));
      }
    }
    return { servers, took };
  }

  const homes = new Map(ORGANIZATIONS.map((organization) => [organization, new Set([homeOf(organization)])]));

  it('every one of 60 organizations lands whole on one of the two others, none is refused, two proxies agree, and all come home', async () => {
    const start = async (id: string) =>
      [id, cleanup.own(await ServerProcess.start({ kind: 'mqtt' }))] as const;
    const processes = new Map(await Promise.all(IDS.map(start)));
    const servers = [...processes].map(([id, { host, port }]) => ({ id, host, mqtt: port }));
    const bed = cleanup.own(await startTestbed({ servers, proxies: 2 }));
    expect((await connectAll(bed, processes, 'before')).servers).toEqual(homes);

    const victim = processes.get('b')!;
    await victim.kill();
    processes.delete('b');
    // Every one of these connects at the moment of the death: nobody has noticed yet.
    const after = await connectAll(bed, processes, 'dead');
    const took = (of: readonly string[]): string => {
      const all = of.flatMap((organization) => after.took.get(organization) ?? []);
      return `${all.length} connects, p50 ${quantile(all, 0.5).toFixed(0)} ms, max ${quantile(all, 1).toFixed(0)} ms`;
    };
    const others = ORGANIZATIONS.filter((organization) => homeOf(organization) !== 'b');
    console.log(
      `measured: to a server just killed: ${took(OF_B)}; at the same time to the others: ${took(others)}`,
    );
    for (const organization of ORGANIZATIONS) {
      const at = after.servers.get(organization) ?? new Set();
      expect([organization, at.size]).toEqual([organization, 1]);
      if (homeOf(organization) !== 'b') expect([...at]).toEqual([homeOf(organization)]);
    }
    const spread = IDS.map(
      (id) => OF_B.filter((organization) => after.servers.get(organization)?.has(id)).length,
    );
    console.log(
      `measured: ${OF_B.length} organizations of the dead server fell to the others as ${spread[0]} and ${spread[2]}`,
    );
    expect(Math.min(spread[0]!, spread[2]!)).toBeGreaterThan(0);
    // The same picture once all checks have noticed.
    await seen(bed, 'mqtt', victim.address, false);
    expect((await connectAll(bed, processes, 'noticed')).servers).toEqual(after.servers);

    processes.set('b', cleanup.own(await ServerProcess.start({ kind: 'mqtt', port: victim.port })));
    await seen(bed, 'mqtt', victim.address, true);
    expect((await connectAll(bed, processes, 'back')).servers).toEqual(homes);
  });
});

/** Two proxies with a control plane each, so that a test can tell them different things of the same servers. */
async function startTwo(
  first: readonly BedServer[],
  second: readonly BedServer[],
): Promise<[Testbed, Testbed]> {
  const assignment = { servers: IDS, slots: evenSlots(IDS.length) };
  return [
    cleanup.own(await startTestbed({ servers: first, assignment })),
    cleanup.own(await startTestbed({ servers: second, assignment })),
  ];
}

/** Named servers with one port each for MQTT and WebSocket. */
async function startServers(
  ids: readonly string[],
): Promise<{ servers: BedServer[]; ports: Map<string, NamedServer> }> {
  const ports = new Map<string, NamedServer>();
  const servers = [];
  for (const id of ids) {
    const mqtt = cleanup.own(await NamedServer.start(id));
    const websocket = cleanup.own(await NamedServer.start(id));
    ports.set(`${id} mqtt`, mqtt).set(`${id} websocket`, websocket);
    servers.push({ id, host: '127.0.0.1', mqtt: mqtt.port, websocket: websocket.port });
  }
  return { servers, ports };
}

async function landings(
  bed: Testbed,
  kind: PortKind,
  organizations = ORGANIZATIONS,
): Promise<(string | undefined)[]> {
  return (await landAll(kind, bed[kind](), organizations)).map(({ server }) => server);
}

it('a retried WebSocket falls where MQTT devices fall: before anything has noticed the death, and after', async () => {
  const { servers, ports } = await startServers(IDS);
  const bed = cleanup.own(await startTestbed({ servers }));
  await seen(bed, 'websocket', ports.get('b websocket')!.address, true);
  for (const kind of ['mqtt', 'websocket']) ports.get(`b ${kind}`)!.stop();
  const retried = await landings(bed, 'websocket', OF_B);
  const mqtt = await landings(bed, 'mqtt', OF_B);
  expect(new Set(mqtt)).toEqual(new Set(['a', 'c']));
  expect(retried).toEqual(mqtt);
  await seen(bed, 'websocket', ports.get('b websocket')!.address, false);
  expect(await landings(bed, 'websocket', OF_B)).toEqual(mqtt);
});

/** Resolves when the reports of these testbeds together count exactly `wanted` in the slot. */
async function reported(
  beds: readonly Testbed[],
  slot: number,
  wanted: Record<string, number>,
): Promise<void> {
  const now = (): Record<string, number> => {
    const sum: Record<string, number> = {};
    for (const bed of beds) {
      for (const [server, n] of occupancy(bed.allReports()).get(slot) ?? [])
        sum[server] = (sum[server] ?? 0) + n;
    }
    return sum;
  };
  const same = (): boolean =>
    JSON.stringify(Object.entries(now()).sort()) === JSON.stringify(Object.entries(wanted).sort());
  await waitFor(same, { what: `reports of slot ${slot} to count ${JSON.stringify(wanted)}`, describe: now });
}

describe('proxies see different servers alive', () => {
  it('the organizations of the server that one of them cannot reach are split, the reports count it, and new connections end it with the view', async () => {
    const { servers } = await startServers(IDS);
    // To the far proxy the address of b refuses.
    const gone = await NamedServer.start('gone');
    gone.stop();
    const view = servers.map((server) =>
      server.id === 'b' ? { ...server, mqtt: gone.port, websocket: gone.port } : server,
    );
    const [near, far] = await startTwo(servers, view);

    const homes = ORGANIZATIONS.map(homeOf);
    expect(await landings(near, 'mqtt')).toEqual(homes);
    const fallen = await landings(far, 'mqtt');
    for (const [i, organization] of ORGANIZATIONS.entries()) {
      if (homes[i] === 'b') expect(['a', 'c']).toContain(fallen[i]);
      else expect([organization, fallen[i]]).toEqual([organization, homes[i]]);
    }
    expect(await landings(far, 'websocket')).toEqual(fallen);

    const organization = OF_B[0]!;
    const fallback = fallen[ORGANIZATIONS.indexOf(organization)]!;
    const slot = slotOf(organization);
    const devices = await Promise.all([
      seat('mqtt', near.mqtt(), organization),
      seat('mqtt', far.mqtt(), organization),
      seat('websocket', far.websocket(), organization),
    ]);
    for (const device of devices) cleanup.own(device);
    await reported([near, far], slot, { b: 1, [fallback]: 2 });

    const start = performance.now();
    await far.serve(servers);
    await waitFor(async () => (await land('mqtt', far.mqtt(), organization)).server === 'b');
    console.log(
      `measured: a proxy's new connections came home ${(performance.now() - start).toFixed(0)} ms after its view was right again`,
    );
    expect(await landings(far, 'mqtt')).toEqual(homes);
    // Who sits on the fallback stays there: the split lasts until somebody heals it.
    expect(devices.map(({ ended }) => ended)).toEqual([false, false, false]);
    await reported([near, far], slot, { b: 1, [fallback]: 2 });
  });
});

describe('a server joins', () => {
  it('moves nobody by its endpoints alone; a proxy that has the assignment but not the endpoints passes its organizations to a neighbour, counted, until they come', async () => {
    const { servers } = await startServers([...IDS, 'd']);
    const [early, late] = await startTwo(servers.slice(0, 3), servers.slice(0, 3));
    await early.serve(servers);
    await early.proxies[0]!.waitForCluster(
      'servers_mqtt',
      ({ hosts }) => [...hosts.values()].every(({ healthy }) => healthy) && hosts.size === 4,
    );
    const homes = ORGANIZATIONS.map(homeOf);
    expect(await landings(early, 'mqtt')).toEqual(homes);

    const assignment = { servers: [...IDS, 'd'], slots: evenSlots(4) };
    await Promise.all([early.assign(assignment), late.assign(assignment)]);
    const wanted = ORGANIZATIONS.map((organization) => assignment.servers[slotOf(organization) % 4]!);
    expect(await landings(early, 'mqtt')).toEqual(wanted);
    const without = await landings(late, 'mqtt');
    for (const [i, server] of wanted.entries()) {
      if (server === 'd') expect(IDS).toContain(without[i]);
      else expect(without[i]).toBe(server);
    }

    const index = wanted.indexOf('d');
    const organization = ORGANIZATIONS[index]!;
    for (const bed of [early, late]) cleanup.own(await seat('mqtt', bed.mqtt(), organization));
    await reported([early, late], slotOf(organization), { d: 1, [without[index]!]: 1 });

    const start = performance.now();
    await late.serve(servers);
    await waitFor(async () => (await land('mqtt', late.mqtt(), organization)).server === 'd');
    console.log(
      `measured: a joined server took its first connection ${(performance.now() - start).toFixed(0)} ms after its endpoint was sent`,
    );
    expect(await landings(late, 'mqtt')).toEqual(wanted);
  });
});

describe("one of a server's ports dies and the other lives", () => {
  it('its organizations are split by protocol, counted, until EDS marks the server in both clusters; then both protocols have the same fallback', async () => {
    const { servers, ports } = await startServers(IDS);
    const bed = cleanup.own(await startTestbed({ servers }));
    const port = ports.get('b mqtt')!;
    port.refuse({ destroyConnections: true });
    const start = performance.now();
    const fallen = await landings(bed, 'mqtt', OF_B);
    for (const server of fallen) expect(['a', 'c']).toContain(server);
    expect(new Set(await landings(bed, 'websocket', OF_B))).toEqual(new Set(['b']));

    const organization = OF_B[0]!;
    const slot = slotOf(organization);
    for (const kind of ['mqtt', 'websocket'] as const)
      cleanup.own(await seat(kind, bed[kind](), organization));
    await reported([bed], slot, { b: 1, [fallen[0]!]: 1 });
    console.log(
      `measured: a split by a dead port stood in the reports ${(performance.now() - start).toFixed(0)} ms after the death`,
    );
    // It lasts: checks of one cluster say nothing to the other.
    await seen(bed, 'mqtt', port.address, false);
    expect(await landings(bed, 'websocket', OF_B)).toEqual(OF_B.map(() => 'b'));

    const marked = performance.now();
    await bed.serve(
      servers.map((server) => (server.id === 'b' ? { ...server, health: 'UNHEALTHY' } : server)),
    );
    await waitFor(async () => (await land('websocket', bed.websocket(), organization)).server !== 'b');
    console.log(
      `measured: the split by a dead port ended for new connections ${(performance.now() - marked).toFixed(0)} ms after EDS marked the server`,
    );
    expect(await landings(bed, 'websocket', OF_B)).toEqual(fallen);
    expect(await landings(bed, 'mqtt', OF_B)).toEqual(fallen);
  });
});
