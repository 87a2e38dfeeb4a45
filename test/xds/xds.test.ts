/** The product's xDS server and real Envoys. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { expect, it } from 'vitest';
import { CONTROL_PLANE_NAME } from '../../control-plane/certificates/authority.ts';
import { serverCluster, serverEndpoints, tcpListener } from '../../control-plane/resources/index.ts';
import { refusalsOf, TYPE_URLS } from '../../control-plane/xds/index.ts';
import { NamedServer } from '../envoy-facts/named-server.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { MqttDevice } from '../harness/mqtt-device.ts';
import { AedesBroker } from '../harness/mqtt-server.ts';
import { waitFor } from '../harness/wait.ts';
import { Certificates, configuration, Replica } from './fleet.ts';

const NODE = 'proxy-1';

async function replica(cleanup: Cleanup, certificates: Certificates, name: string): Promise<Replica> {
  const made = new Replica(await certificates.controlPlane(name));
  cleanup.defer(name, () => made.server.stop());
  await made.server.start();
  return made;
}

const idOf = (server: { host: string; port: number }, id: string) => ({
  id,
  host: server.host,
  port: server.port,
});

it('serves a whole configuration over mutual TLS: a device connects, reports and health views come back', async () => {
  const cleanup = cleanupAfterTest();
  const certificates = await Certificates.create(cleanup);
  const one = await replica(cleanup, certificates, 'cp-1');
  const broker = cleanup.own(await AedesBroker.start());
  const dead = cleanup.own(await NamedServer.start('dead'));
  dead.refuse({ destroyConnections: true });
  const servers = [idOf(broker, 'a')];
  const snapshot = configuration({ servers });
  one.server.publish(snapshot);
  one.server.hds.specify({
    reportInterval: '0.1s',
    clusters: [
      {
        name: 'mqtt',
        healthCheck: 'mqtt',
        servers: [...servers, idOf(dead, 'b')].map(({ id, host, port }) => ({ id, address: host, port })),
      },
      { name: 'empty', healthCheck: 'mqtt', servers: [] },
    ],
  });
  const envoy = cleanup.own(await certificates.proxy(NODE, [one]));
  await one.settled(NODE, snapshot);
  expect(one.server.registry.get(NODE)).toMatchObject({
    workers: 1,
    version: '1.40.0',
    refusals: 0,
    staleNonces: 0,
    late: [],
  });

  const device = cleanup.own(
    await MqttDevice.connect({ ...(await envoy.waitForListener('mqtt')), username: 'acme', clientId: 'd1' }),
  );
  expect(device).toBeDefined();
  const report = await one.changes.until(() =>
    one.reports.find(({ organizations }) =>
      organizations.some(({ organization }) => organization === 'acme'),
    ),
  );
  expect(report).toMatchObject({
    node: NODE,
    epoch: 1n,
    version: 1n,
    organizations: [{ server: 'a', connections: 1 }],
  });

  const health = (server: string): string | undefined =>
    one.server.hds.views.of(NODE)?.find((seen) => seen.server === server)?.health;
  await one.changes.until(
    () => health('a') === 'HEALTHY' && health('b') !== undefined && health('b') !== 'HEALTHY',
  );
  envoy.kill('SIGKILL');
  await one.changes.until(
    () => one.server.hds.views.of(NODE) === undefined && one.server.registry.list().length === 0,
  );
});

it.each<[string, (one: Replica) => unknown]>([
  ['stops', (one) => one.server.stop()],
  // No farewell on any connection, and the port closed: what the kernel does for a process that was killed.
  ['is killed', (one) => one.cut()],
])('a replica that %s: the proxy goes to the other and is sent nothing again', async (how, end) => {
  const cleanup = cleanupAfterTest();
  const certificates = await Certificates.create(cleanup);
  const replicas = await Promise.all(['cp-1', 'cp-2'].map((name) => replica(cleanup, certificates, name)));
  const server = cleanup.own(await NamedServer.start('a'));
  const input = { servers: [idOf(server, 'a')] };
  // Each replica builds its own: versions are the content's.
  const snapshot = configuration(input);
  replicas[0]!.server.publish(snapshot);
  replicas[1]!.server.publish(configuration(input));
  const envoy = cleanup.own(await certificates.proxy(NODE, replicas));
  const host = await waitFor(() => replicas.find(({ server: { registry } }) => registry.get(NODE)), {
    what: 'the proxy',
  });
  await host.settled(NODE, snapshot);
  await envoy.waitForListener('mqtt');
  const counters = ['cluster_manager.cluster_modified', 'listener_manager.listener_modified'];
  const read = async (): Promise<number[]> => Promise.all(counters.map((name) => envoy.counter(name, 0)));
  const before = await read();

  const other = replicas.find((one) => one !== host)!;
  const acks: string[] = [];
  other.server.registry.onAck(({ versions }) => acks.push(...versions.keys()));
  const start = performance.now();
  await end(host);
  await other.changes.until(() => other.server.registry.get(NODE));
  console.log(
    `measured: a replica ${how}: the proxy's stream is at the other after ${(performance.now() - start).toFixed(0)} ms`,
  );
  expect(performance.now() - start).toBeLessThan(10_000);
  // Something new arrives, after whatever there was to send before.
  const next = configuration({ ...input, version: 2 });
  other.server.publish(next);
  await other.settled(NODE, next);
  expect(acks).toEqual(['assignment']);
  expect(await read()).toEqual(before);
  expect(other.server.registry.get(NODE)).toMatchObject({ refusals: 0, staleNonces: 0 });
});

it('a listener that Envoy refuses is parked and shown, the rest is served, and a good one heals it', async () => {
  const cleanup = cleanupAfterTest();
  const certificates = await Certificates.create(cleanup);
  const one = await replica(cleanup, certificates, 'cp-1');
  const server = cleanup.own(await NamedServer.start('a'));
  const servers = [idOf(server, 'a')];
  const good = configuration({ servers });
  one.server.publish(good);
  const envoy = cleanup.own(await certificates.proxy(NODE, [one]));
  await one.settled(NODE, good);
  // Envoy finds out only when it tries: the address is not of this machine.
  const bad = tcpListener({ name: 'extra', address: '192.0.2.1', port: 9 });
  const fine = tcpListener({ name: 'fine', address: '127.0.0.3', port: 0 });
  one.server.publish(configuration({ servers, more: [bad, fine] }));
  const [refused] = await one.changes.until(() => {
    const found = refusalsOf(one.server.registry.get(NODE)!);
    return found.length > 0 && found;
  });
  expect(refused).toMatchObject({ typeUrl: TYPE_URLS.LDS, name: 'extra', count: 1 });
  expect(refused?.message).toContain('192.0.2.1');
  await one.changes.until(() =>
    one.server.registry.get(NODE)!.delivery.get(TYPE_URLS.LDS)!.acked.has('fine'),
  );
  const rejected = await envoy.counter('listener_manager.lds.update_rejected');
  // A change elsewhere does not bring it again.
  const later = configuration({ servers, version: 2, more: [bad, fine] });
  one.server.publish(later);
  await one.changes.until(() => {
    const { version } = later.get(TYPE_URLS.ECDS)!.get('assignment')!;
    return one.server.registry.get(NODE)!.delivery.get(TYPE_URLS.ECDS)!.acked.get('assignment') === version;
  });
  expect(await envoy.counter('listener_manager.lds.update_rejected')).toBe(rejected);
  const healed = configuration({
    servers,
    version: 2,
    more: [tcpListener({ name: 'extra', address: '127.0.0.4', port: 0 }), fine],
  });
  one.server.publish(healed);
  await one.changes.until(() => refusalsOf(one.server.registry.get(NODE)!).length === 0);
});

it('a changed cluster is warm again at once, since its endpoints are sent again; one that goes takes them along', async () => {
  const cleanup = cleanupAfterTest();
  const certificates = await Certificates.create(cleanup);
  const one = await replica(cleanup, certificates, 'cp-1');
  const server = cleanup.own(await NamedServer.start('a'));
  const servers = [idOf(server, 'a')];
  const extra = (size: number) => [
    serverCluster({ name: 'extra', healthCheck: 'tcp', minimumRingSize: size }),
    serverEndpoints('extra', [{ id: 'a', address: server.host, port: server.port }]),
  ];
  const first = configuration({ servers, more: extra(64) });
  one.server.publish(first);
  const envoy = cleanup.own(await certificates.proxy(NODE, [one]));
  await one.settled(NODE, first);
  const start = performance.now();
  const second = configuration({ servers, more: extra(128) });
  one.server.publish(second);
  await one.settled(NODE, second);
  console.log(
    `measured: a changed cluster is acknowledged after ${(performance.now() - start).toFixed(0)} ms`,
  );
  // Without its endpoints Envoy waits 15 s for them.
  expect(performance.now() - start).toBeLessThan(10_000);
  one.server.publish(configuration({ servers }));
  await waitFor(async () => !(await envoy.clusters()).has('extra'), { what: 'the cluster to go' });
  await one.changes.until(
    () => !one.server.registry.get(NODE)!.delivery.get(TYPE_URLS.EDS)!.names.has('extra'),
  );
  expect(one.server.registry.get(NODE)).toMatchObject({ refusals: 0, late: [] });
});

it('a proxy that says it is another than its certificate names is refused', async () => {
  const cleanup = cleanupAfterTest();
  const certificates = await Certificates.create(cleanup);
  const one = await replica(cleanup, certificates, 'cp-1');
  one.server.publish(configuration({ servers: [] }));
  const envoy = cleanup.own(await certificates.proxy('proxy-2', [one], { certified: NODE }));
  // Envoy's log has the words as gRPC carries them.
  await envoy.waitForLog(
    /DeltaAggregatedResources .* closed: 7, .*is%20not%20that%20of%20the%20proxy%20proxy-2/,
  );
  expect(one.server.registry.list()).toEqual([]);
  expect(one.server.hds.views.of('proxy-2')).toBeUndefined();
});

it('renewed certificates are used on both sides, without a restart', async () => {
  const cleanup = cleanupAfterTest();
  const certificates = await Certificates.create(cleanup);
  const one = await replica(cleanup, certificates, 'cp-1');
  const server = cleanup.own(await NamedServer.start('a'));
  const snapshot = configuration({ servers: [idOf(server, 'a')] });
  one.server.publish(snapshot);
  const envoy = cleanup.own(await certificates.proxy(NODE, [one]));
  await one.settled(NODE, snapshot);
  const shown = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({
        port: one.server.port,
        host: '127.0.0.1',
        ca: certificates.authority.pair.certificate,
        servername: CONTROL_PLANE_NAME,
        ALPNProtocols: ['h2'],
      });
      socket.on('secureConnect', () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
      socket.on('error', reject);
    });
  const before = await shown();
  const files = await certificates.controlPlane('cp-1');
  const renewed = new X509Certificate(readFileSync(files.certificate)).serialNumber;
  expect(renewed).not.toBe(before);
  await waitFor(async () => (await shown()) === renewed, {
    what: 'the control plane to show its new certificate',
  });

  const mine = certificates.install(NODE, await certificates.authority.proxy(NODE));
  const serial = new X509Certificate(readFileSync(mine.certificate)).serialNumber.toLowerCase();
  await waitFor(async () => (await envoy.admin('/certs')).body.includes(serial), {
    what: 'the proxy to read its new certificate',
  });
  // A stream of its own, with both new certificates.
  const { connectedAt } = one.server.registry.get(NODE)!;
  await one.server.stop();
  const again = new Replica(files, one.server.port);
  cleanup.defer('cp-1 again', () => again.server.stop());
  await again.server.start();
  again.server.publish(snapshot);
  await again.settled(NODE, snapshot);
  expect(again.server.registry.get(NODE)!.connectedAt).toBeGreaterThan(connectedAt);
});
