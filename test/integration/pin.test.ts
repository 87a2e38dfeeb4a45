/** A pin moves an organization with two hundred live devices: politely, whole, and nobody else. */
import mqtt, { type MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import type { Part, Topology } from '../../local/topology.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { waitFor } from '../harness/wait.ts';
import { DeviceGroup, organizations } from './devices.ts';
import { admin, homes, seats, serverStatuses, START_MS, startSystem } from './system.ts';

const MOVER = 'mover';
/** For each of three protocols at each of two proxies: 204 devices. */
const EACH = 34;
/** Milliseconds. The window in which connections are ended is a minute. */
const MOVE_MS = 600_000;

/** Publishes numbered messages with QoS 1 without pause, across reconnects. */
class Publisher {
  readonly acknowledged: string[] = [];
  readonly ended: Promise<void>;
  private isEnding = false;
  private readonly client: MqttClient;
  private sequence = 0;

  constructor(
    readonly id: string,
    proxy: Part,
    protocolVersion: 4 | 5,
  ) {
    this.client = mqtt.connect(`mqtt://${proxy.addresses.mqtt}`, {
      clientId: id,
      username: `${MOVER}/${id}`,
      protocolVersion,
      keepalive: 5,
      reconnectPeriod: 200,
    });
    this.client.on('error', () => undefined);
    this.ended = this.publish();
  }

  private async publish(): Promise<void> {
    while (!this.isEnding) {
      const message = `${this.id} ${++this.sequence}`;
      await this.client.publishAsync(`${MOVER}/qos1`, message, { qos: 1 });
      this.acknowledged.push(message);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Resolves when the last message is acknowledged. */
  async finish(): Promise<void> {
    this.isEnding = true;
    await this.ended;
  }

  stop(): void {
    this.isEnding = true;
    this.client.end(true);
  }
}

/** Hears what reaches a server, straight at its own port. */
async function listenAt(server: Part, heard: Set<string>, cleanup: Cleanup): Promise<void> {
  const client = await mqtt.connectAsync(`mqtt://${server.addresses.mqtt}`, {
    clientId: `listener at ${server.id}`,
    username: 'listener/0',
  });
  cleanup.defer('a listener', () => client.end(true));
  client.on('message', (_topic, payload) => heard.add(payload.toString()));
  await client.subscribeAsync(`${MOVER}/qos1`, { qos: 1 });
}

const seatsOfMover = async (system: Topology): Promise<[string, number][]> => [
  ...((await seats(system)).get(MOVER) ?? []),
];

test('all devices follow a pin and none is treated badly', { timeout: START_MS + MOVE_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const system = await startSystem(cleanup);
  const common = { proxies: system.proxies, keepaliveSeconds: 5 };
  const movers = cleanup.own(new DeviceGroup({ ...common, organizations: [MOVER], each: EACH }));
  const others = cleanup.own(new DeviceGroup({ ...common, organizations: organizations(20) }));
  movers.start();
  others.start();
  await Promise.all([movers.allConnected(), others.allConnected()]);
  const homesBefore = await homes(system);
  const old = homesBefore.get(MOVER);
  const target = system.servers.find(({ id }) => id !== old);
  if (target === undefined) throw new Error('there is no other server');

  const heard = new Set<string>();
  await Promise.all(system.servers.map((server) => listenAt(server, heard, cleanup)));
  const publishers = system.proxies.flatMap((proxy) =>
    ([4, 5] as const).map((version) =>
      cleanup.own(new Publisher(`publisher-${version}-${proxy.id}`, proxy, version)),
    ),
  );
  const all = movers.devices.length + publishers.length;
  await waitFor(async () => String(await seatsOfMover(system)) === String([old, all]), {
    what: 'the publishers to be where the others are',
  });

  const began = performance.now();
  await admin(system, 'PUT', `/v1/pins/${MOVER}`, { server: target.id });
  await waitFor(async () => String(await seatsOfMover(system)) === String([target.id, all]), {
    what: `all ${all} devices to sit on ${target.id}`,
    timeout: MOVE_MS,
    interval: 250,
  });
  process.stderr.write(
    `a pin: ${all} devices had followed after ${Math.round((performance.now() - began) / 1000)} s\n`,
  );

  // Once and for good, and everyone was told in the words of its protocol.
  const farewell = { mqtt: { closed: 1 }, mqtt5: { '0x9c': 1 }, websocket: { 1012: 1 } };
  await movers.allConnected();
  for (const { id, session, endings } of movers.devices) {
    expect([id, session, endings]).toEqual([id, 2, farewell[movers.protocols.get(id) ?? 'mqtt']]);
  }
  for (const { id, session, connected } of others.devices)
    expect([id, session, connected]).toEqual([id, 1, true]);

  // Every message that a device was told has arrived has arrived.
  await Promise.all(publishers.map((publisher) => publisher.finish()));
  const acknowledged = publishers.flatMap((publisher) => publisher.acknowledged);
  expect(acknowledged.length).toBeGreaterThan(100);
  await waitFor(() => acknowledged.every((message) => heard.has(message)), {
    what: 'every acknowledged message to have reached a server',
    describe: () => acknowledged.filter((message) => !heard.has(message)).slice(0, 10),
  });
  const statuses = await serverStatuses(system);
  expect(statuses.map(({ id, wills }) => [id, wills])).toEqual(system.servers.map(({ id }) => [id, 0]));

  const found = await seats(system);
  found.delete('listener');
  const homesAfter = [...found].map(([organization, on]) => [organization, ...on.keys()]);
  const expected = [...homesBefore].map(([organization, at]) => [
    organization,
    organization === MOVER ? target.id : at,
  ]);
  expect(homesAfter.sort()).toEqual(expected.sort());
});
