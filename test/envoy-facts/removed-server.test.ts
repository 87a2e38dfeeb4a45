/**
 * A server that EDS no longer names: with active checks Envoy keeps it, and routes to it, for as long as it passes
 * them, unless the cluster says `ignore_health_on_host_removal`.
 */
import { beforeEach, expect, it } from 'vitest';
import { serverCluster } from '../../control-plane/resources/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import { cleanupAfterAll } from '../harness/cleanup-hooks.ts';
import { MqttDevice } from '../harness/mqtt-device.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { startTestbed } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';

const cleanup = cleanupAfterAll();
const leaving = cleanup.own(await MqttServer.start());
const staying = cleanup.own(await MqttServer.start());
const servers = [
  { id: 'leaving', host: '127.0.0.1', mqtt: leaving.port },
  { id: 'staying', host: '127.0.0.1', mqtt: staying.port },
];
// Every organization is the leaving server's.
const bed = cleanup.own(
  await startTestbed({ servers, assignment: { slots: new Uint16Array(16384).fill(0) } }),
);
const [envoy] = bed.proxies;

let count = 0;
const connect = async (): Promise<MqttDevice> =>
  cleanup.own(await MqttDevice.connect({ ...bed.mqtt(), username: 'acme', clientId: `d${++count}` }));
const isOn = (server: MqttServer, id: number): boolean =>
  server.live.some(({ clientId }) => clientId === `d${id}`);
const hosts = async () => (await envoy?.clusters())?.get('servers_mqtt')?.hosts;

async function start(ignoreHealth: boolean): Promise<void> {
  const cluster = serverCluster({ name: 'servers_mqtt', healthCheck: 'tcp', minimumRingSize: 1024 });
  bed.set(TYPE_URLS.CDS, 'servers_mqtt', { ...cluster, ignore_health_on_host_removal: ignoreHealth });
  bed.setEndpoints(servers);
  bed.ads.push();
  await bed.acknowledged(TYPE_URLS.CDS, 'servers_mqtt');
  await envoy?.waitForStat('cluster.servers_mqtt.membership_total', (value) => value === 2);
  await envoy?.waitForStat('cluster.servers_mqtt.membership_healthy', (value) => value === 2);
}

beforeEach(async () => {
  await leaving.reopen();
});

it('while it passes its checks new devices still come to it, and only its death takes it out', async () => {
  await start(false);
  const device = await connect();
  expect(isOn(leaving, count)).toBe(true);
  await bed.serve(servers.slice(1));
  expect((await hosts())?.get(leaving.address)?.flags).toEqual(['pending_dynamic_removal']);
  await connect();
  expect(isOn(leaving, count)).toBe(true);

  leaving.refuse();
  await waitFor(async () => (await hosts())?.has(leaving.address) === false, {
    what: 'the removed server to be gone',
  });
  await connect();
  expect(isOn(staying, count)).toBe(true);
  // Its live connections stay all the same.
  await device.roundTrip('still here');
});

it('with ignore_health_on_host_removal it is out at once, and its live connections stay', async () => {
  await start(true);
  const device = await connect();
  expect(isOn(leaving, count)).toBe(true);
  await bed.serve(servers.slice(1));
  expect((await hosts())?.has(leaving.address)).toBe(false);
  await connect();
  expect(isOn(staying, count)).toBe(true);
  await device.roundTrip('still here');
});
