/**
 * A connection that did not pass the filter, or for which the filter has no answer, reaches no server; and what a client
 * says in the routing headers itself routes nothing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slotOf } from '../../control-plane/placement/slot.ts';
import * as resources from '../../control-plane/resources/index.ts';
import { ROOT } from '../../protocol-filters/compile.ts';
import { encodeListener, NO_SERVER, SLOTS } from '../../protocol-filters/wire/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { cleanupAfterAll, cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { parseHttpHead, RawDevice, upgradeRequestBytes, waitForHttpHead } from '../harness/device.ts';
import { freePort, tmpDir } from '../harness/machine.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { startTestbed, Testbed } from '../harness/testbed.ts';
import type { BedServer, TestbedOptions } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';
import { WebSocketServerUpstream } from '../harness/websocket-server.ts';
import { land } from './landing.ts';
import type { PortKind } from './landing.ts';
import { NamedServer } from './named-server.ts';
import { landOnBoth } from './two-workers.ts';

/** Two servers that remember what they are sent, with protocols' own checks as in the product. */
async function recordingServers(cleanup: Cleanup) {
  const mqtt = [cleanup.own(await MqttServer.start()), cleanup.own(await MqttServer.start())];
  const websocket = [
    cleanup.own(await WebSocketServerUpstream.start()),
    cleanup.own(await WebSocketServerUpstream.start()),
  ];
  const servers = ['a', 'b'].map((id, i) => {
    return { id, host: '127.0.0.1', mqtt: mqtt[i]!.port, websocket: websocket[i]!.port };
  });
  const devicesAtMqtt = (): number =>
    mqtt.flatMap(({ connections }) => connections.filter(({ username }) => username !== undefined)).length;
  return { servers, websocket, devicesAtMqtt };
}

/** Every way in which a client may try to name the cluster itself. */
const ATTEMPTS: [name: string, headers: [string, string][]][] = [
  ['as it is', [['x-cohort-cluster', 'servers_mqtt']]],
  ['in upper case', [['X-COHORT-CLUSTER', 'servers_websocket']]],
  [
    'twice',
    [
      ['x-cohort-cluster', 'servers_websocket'],
      ['X-Cohort-Cluster', 'servers_websocket'],
    ],
  ],
  ['with a cluster that is not there', [['x-cohort-cluster', 'nowhere']]],
];

/** The answer to an upgrade request: its status and, unless it is 101, its body. */
async function upgrade(
  at: { host: string; port: number },
  organization: string,
  headers: [string, string][] = [],
): Promise<{ status: number; body: string }> {
  const device = await RawDevice.connect(at);
  try {
    await device.send(upgradeRequestBytes({ path: `/${organization}/device`, headers }));
    const { status, headers: answered } = await waitForHttpHead(device);
    const size = status === 101 ? 0 : Number(answered.get('content-length') ?? 0);
    const whole = (bytes: Buffer): boolean => (parseHttpHead(bytes)?.rest.length ?? 0) >= size;
    const { rest } = parseHttpHead(await device.waitForBytes(whole))!;
    return { status, body: rest.toString('utf8', 0, size) };
  } finally {
    device.stop();
  }
}

/** An organization whose slot leaves this rest. */
function organizationIn(rest: number): string {
  for (let i = 0; ; i++) if (slotOf(`company-${i}`) % 3 === rest) return `company-${i}`;
}

describe('with the filter', async () => {
  const cleanup = cleanupAfterAll();
  const { servers, websocket, devicesAtMqtt } = await recordingServers(cleanup);
  // Of three slots one is a's, one b's, and one nobody's.
  const slots = Uint16Array.from({ length: SLOTS }, (_, slot) => [0, 1, NO_SERVER][slot % 3]!);
  const healthCheck = { mqtt: 'mqtt', websocket: 'websocket' } as const;
  const bed = cleanup.own(await startTestbed({ servers, assignment: { slots }, healthCheck }));

  it.each(ATTEMPTS)(
    'routing headers that a client sends itself (%s) have no effect, and no server sees any',
    async (_, headers) => {
      const before = websocket.map(({ sessions }) => sessions.length);
      const { status } = await upgrade(bed.websocket(), organizationIn(0), headers);
      expect(status).toBe(101);
      expect(websocket.map(({ sessions }, i) => sessions.length - before[i]!)).toEqual([1, 0]);
      const names = Object.keys(websocket[0]!.sessions.at(-1)!.headers);
      expect(names.filter((name) => name.startsWith('x-cohort'))).toEqual([]);
    },
  );

  it('a slot that no server has is refused and counted as no_server, whatever headers say, and reaches nobody', async () => {
    const organization = organizationIn(2);
    const before = websocket.map(({ sessions }) => sessions.length);
    const mqttBefore = devicesAtMqtt();
    const [proxy] = bed.proxies;
    const counted = (): Promise<number> => proxy!.counter('wasmcustom.cohort.refused.no_server');
    expect(await counted()).toBe(0);
    expect((await land('mqtt', bed.mqtt(), organization)).server).toBeUndefined();
    expect(await counted()).toBe(1);
    for (const [, headers] of ATTEMPTS) {
      const { status, body } = await upgrade(bed.websocket(), organization, headers);
      expect(status).toBe(503);
      expect(body).toBe('cohort: no_server');
    }
    expect(await counted()).toBe(1 + ATTEMPTS.length);
    expect(websocket.map(({ sessions }) => sessions.length)).toEqual(before);
    expect(devicesAtMqtt()).toBe(mqttBefore);
  });
});

describe('before there is a configuration', () => {
  /** A proxy whose device ports are known beforehand; `prepare` may hold back what it is sent. */
  async function startHeld(change: Partial<TestbedOptions>, prepare: (bed: Testbed) => void) {
    const cleanup = cleanupAfterTest();
    const named = cleanup.own(await NamedServer.start('a'));
    const servers = [{ id: 'a', host: named.host, mqtt: named.port, websocket: named.port }];
    const bed = cleanup.own(new Testbed({ servers, proxies: 0, ...change }));
    await bed.start();
    const at = {
      mqtt: { host: '127.0.0.1', port: await freePort() },
      websocket: { host: '127.0.0.2', port: await freePort('127.0.0.2') },
    };
    const tcp = resources.tcpListener({ name: 'mqtt', address: at.mqtt.host, port: at.mqtt.port });
    bed.set(TYPE_URLS.LDS, 'mqtt', tcp);
    const { host: address, port } = at.websocket;
    const http = resources.websocketListener({ name: 'websocket', routeName: 'devices', address, port });
    bed.set(TYPE_URLS.LDS, 'websocket', http);
    prepare(bed);
    const proxy = await bed.addProxy(false);
    return { bed, at, proxy };
  }

  it.each(['mqtt', 'websocket'] as const)(
    'the port of a listener whose plugin (%s) has not come stays shut, and opens with it',
    async (kind) => {
      const { bed, at } = await startHeld({}, ({ ads }) => ads.hold(TYPE_URLS.ECDS, kind));
      await bed.acknowledged(TYPE_URLS.LDS, kind);
      await bed.acknowledged(TYPE_URLS.ECDS, 'assignment');
      await expect(RawDevice.connect(at[kind])).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      bed.ads.release(TYPE_URLS.ECDS, kind);
      await waitFor(async () => (await land(kind, at[kind], 'acme')).server === 'a');
    },
  );

  it('all ports of a proxy that starts stay shut until there is an assignment', async () => {
    const { bed, at, proxy } = await startHeld({}, ({ ads }) => ads.hold(TYPE_URLS.ECDS, 'assignment'));
    for (const kind of ['mqtt', 'websocket'] as const) await bed.acknowledged(TYPE_URLS.ECDS, kind);
    expect((await proxy.admin('/ready')).body.trim()).toBe('INITIALIZING');
    for (const kind of ['mqtt', 'websocket'] as const) {
      await expect(RawDevice.connect(at[kind])).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
    bed.ads.release(TYPE_URLS.ECDS, 'assignment');
    for (const kind of ['mqtt', 'websocket'] as const) {
      await waitFor(async () => (await land(kind, at[kind], 'acme')).server === 'a');
    }
  });

  it('where no assignment plugin exists connections are refused and counted as no_assignment', async () => {
    const { at, proxy } = await startHeld({ assignment: null }, ({ ads }) =>
      ads.remove(TYPE_URLS.LDS, 'assignment'),
    );
    await proxy.ready();
    expect((await land('mqtt', at.mqtt, 'acme')).server).toBeUndefined();
    const { status, body } = await upgrade(at.websocket, 'acme');
    expect([status, body]).toEqual([503, 'cohort: no_assignment']);
    expect(await proxy.counter('wasmcustom.cohort.refused.no_assignment')).toBe(2);
  });
});

/** The entries of an access log, as far as they are written. */
function entriesOf(path: string): { flags: string; status: number; server: string | null }[] {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return lines.slice(0, -1).map((line) => JSON.parse(line) as ReturnType<typeof entriesOf>[number]);
}

/** The listener without what takes routing headers off before any filter. */
function withoutHeaderRemoval(listener: resources.ListenerResource): resources.ListenerResource {
  const omit = (key: string, value: unknown): unknown =>
    key === 'early_header_mutation_extensions' ? undefined : value;
  return JSON.parse(JSON.stringify(listener, omit)) as resources.ListenerResource;
}

describe('a worker whose configure failed skips the filter', () => {
  /** What a marked worker of the probe refuses, and no other. */
  const poison = 'not-on-a-marked-worker';
  const settings = {
    mqtt: {
      name: 'mqtt',
      protocol: 'MQTT',
      cluster: 'servers_mqtt',
      sources: [{ field: 'MQTT_USER_NAME' }, { field: 'MQTT_USER_PROPERTY', name: poison }],
    },
    websocket: {
      name: 'websocket',
      protocol: 'WEBSOCKET',
      cluster: 'servers_websocket',
      sources: [
        { field: 'HTTP_PATH_SEGMENT', segment: 0 },
        { field: 'HTTP_HEADER', name: poison },
      ],
    },
  } as const;

  /** A proxy that routes everything to `a`, one of whose two workers has no filter on this listener. */
  async function startSkipping(kind: PortKind, headersRemoved = true) {
    const cleanup = cleanupAfterTest();
    const servers: BedServer[] = [];
    for (const id of ['a', 'b']) {
      const { host, port } = cleanup.own(await NamedServer.start(id));
      servers.push({ id, host, mqtt: port, websocket: port });
    }
    const code = { code: readFileSync(join(ROOT, 'build/probes/failing-cohort.wasm')), generation: '1' };
    const bed = cleanup.own(
      await startTestbed({
        servers,
        code,
        workers: 2,
        proxies: 0,
        assignment: { slots: new Uint16Array(SLOTS) },
        envoy: { args: ['--file-flush-interval-msec', '100'] },
      }),
    );
    const accessLogPath = join(cleanup.own(tmpDir('access-log')).path, kind);
    const tcp = { name: 'mqtt', address: '127.0.0.1', port: 0, accessLogPath };
    const http = { name: 'websocket', address: '127.0.0.2', port: 0, accessLogPath, routeName: 'devices' };
    const listener = kind === 'mqtt' ? resources.tcpListener(tcp) : resources.websocketListener(http);
    bed.set(TYPE_URLS.LDS, kind, headersRemoved ? listener : withoutHeaderRemoval(listener));
    await bed.addProxy();
    expect((await land('mqtt', bed.mqtt(), 'mark-this-worker')).server).toBe('a');
    const configuration = encodeListener(settings[kind]);
    const plugin = kind === 'mqtt' ? resources.networkPlugin : resources.httpPlugin;
    bed.set(TYPE_URLS.ECDS, kind, plugin({ name: kind, rootId: kind, code, configuration }));
    bed.ads.push();
    await bed.acknowledged(TYPE_URLS.ECDS, kind);
    return { bed, accessLogPath };
  }

  it('TCP is refused, with flag NC', async () => {
    const { bed, accessLogPath } = await startSkipping('mqtt');
    const { a, refused, ...others } = await waitFor(async () => {
      const landed = await landOnBoth(bed);
      return landed['refused'] !== undefined && landed;
    });
    expect(a! + refused!).toBe(32);
    expect(others).toEqual({});
    const flagged = await waitFor(() => {
      const found = entriesOf(accessLogPath).filter(({ flags }) => flags === 'NC');
      return found.length >= refused! && found;
    });
    for (const { server } of flagged) expect(server).toBeNull();
  });

  it.each([['none', []], ...ATTEMPTS] as typeof ATTEMPTS)(
    'an upgrade request is answered 503 without a server, with routing headers of its own (%s) too',
    async (_, headers) => {
      const { bed, accessLogPath } = await startSkipping('websocket');
      const statuses = await waitFor(async () => {
        const upgrades = Array.from({ length: 32 }, () => upgrade(bed.websocket(), 'acme', headers));
        const all = (await Promise.all(upgrades)).map(({ status }) => status);
        return all.includes(503) && all;
      });
      expect(new Set(statuses)).toEqual(new Set([101, 503]));
      const refused = await waitFor(() => {
        const found = entriesOf(accessLogPath).filter(({ status }) => status === 503);
        return found.length >= statuses.filter((status) => status === 503).length && found;
      });
      for (const { server } of refused) expect(server).toBeNull();
      // The other worker has the filter: all are on the assigned server, whatever they asked for.
      const b = bed.servers.find(({ id }) => id === 'b')!;
      const served = entriesOf(accessLogPath).map(({ server }) => server);
      expect(served).not.toContain(`${b.host}:${b.websocket}`);
    },
  );

  it('were they not taken off before any filter, its route would obey the routing headers of a client', async () => {
    const { bed, accessLogPath } = await startSkipping('websocket', false);
    const [, headers] = ATTEMPTS[0]!;
    const b = bed.servers.find(({ id }) => id === 'b')!;
    await waitFor(async () => {
      await Promise.all(Array.from({ length: 32 }, () => upgrade(bed.websocket(), 'acme', headers)));
      return entriesOf(accessLogPath).some(({ server }) => server === `${b.host}:${b.websocket}`);
    });
  });
});
