/** HDS: what a proxy reports of the servers' health, and when. */
import { expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { healthIn } from '../harness/hds.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { EchoServer } from '../harness/server.ts';
import { ServerProcess } from '../harness/server-process.ts';
import { waitFor } from '../harness/wait.ts';
import {
  CLUSTER,
  NODE,
  rawCluster,
  rawSpecifier,
  specifier,
  startHdsProxy,
  toCheck,
  waitForDeath,
} from './hds-proxy.ts';
import { quantile } from './landing.ts';

/** Ten times what the settings promise: two checks half a second apart, and the report. */
const MOST_MS = 14_000;

it('the full state comes every interval, whether or not anything changed', async () => {
  const cleanup = cleanupAfterTest();
  const servers = [cleanup.own(await MqttServer.start()), cleanup.own(await MqttServer.start())];
  const gone = cleanup.own(await MqttServer.start());
  gone.refuse();
  const { hds } = await startHdsProxy(cleanup);
  hds.specify(
    specifier([toCheck(servers), toCheck([gone], 'tcp', 'servers_tcp'), toCheck([], 'tcp', 'none')], '0.1s'),
  );
  for (const { address } of servers) await hds.waitForHealth(NODE, address, 'HEALTHY');
  const first = hds.reports.length;
  await hds.changes.until(() => hds.reports.length >= first + 20, { what: '20 reports' });
  const reports = hds.reports.slice(first);
  for (const report of reports) {
    expect([...report.clusters.keys()]).toEqual([CLUSTER, 'servers_tcp']);
    for (const { address } of servers) expect(healthIn(report, address, CLUSTER)).toBe('HEALTHY');
    expect(healthIn(report, gone.address, 'servers_tcp')).toBe('UNHEALTHY');
  }
  const gaps = reports.slice(1).map(({ at }, index) => at - (reports[index]?.at ?? at));
  console.log(`measured: reports asked for every 100 ms come every ${quantile(gaps, 0.5).toFixed(1)} ms`);
  expect(quantile(gaps, 0.5)).toBeGreaterThan(50);
  expect(quantile(gaps, 0.5)).toBeLessThan(1000);
});

it('a new server counts as unhealthy until its first check has succeeded', async () => {
  const cleanup = cleanupAfterTest();
  const known = cleanup.own(await MqttServer.start());
  // Answers a CONNECT when it is told to.
  const slow = cleanup.own(await EchoServer.start({ answer: () => undefined }));
  const { hds } = await startHdsProxy(cleanup);
  const patient = { timeout: '10s' } as const;
  const clusters = [rawCluster('known', known, patient)];
  hds.specify(rawSpecifier({ interval: '0.1s', cluster_health_checks: clusters }));
  await hds.waitForHealth(NODE, known.address, 'HEALTHY');
  hds.specify(
    rawSpecifier({
      interval: '0.1s',
      cluster_health_checks: [...clusters, rawCluster('slow', slow, patient)],
    }),
  );
  const check = await slow.waitForConnection(({ bytesReceived }) => bytesReceived > 0);
  await hds.waitForHealth(NODE, slow.address, 'UNHEALTHY', { since: performance.now() });
  await check.send(Buffer.from('20020000', 'hex'));
  await hds.waitForHealth(NODE, slow.address, 'HEALTHY');
});

it('a killed server shows as UNHEALTHY, a frozen one as TIMEOUT, both within two checks and a report', async () => {
  const cleanup = cleanupAfterTest();
  const start = () => ServerProcess.start({ kind: 'mqtt' });
  const [killed, frozen] = await Promise.all([start(), start()]);
  cleanup.own(killed);
  cleanup.own(frozen);
  const { hds } = await startHdsProxy(cleanup);
  // The product's interval between reports.
  hds.specify(specifier([toCheck([killed, frozen])]));
  await hds.waitForHealth(NODE, killed.address, 'HEALTHY');
  await hds.waitForHealth(NODE, frozen.address, 'HEALTHY');

  frozen.freeze();
  const frozenAt = performance.now();
  await killed.kill();
  const killedAt = performance.now();
  const [kill, freeze] = await Promise.all([
    waitForDeath(hds, NODE, killed.address, killedAt),
    waitForDeath(hds, NODE, frozen.address, frozenAt),
  ]);
  console.log(`measured: HDS shows a killed server after ${kill.took.toFixed(0)} ms`);
  console.log(`measured: HDS shows a frozen server after ${freeze.took.toFixed(0)} ms`);
  expect(kill.took).toBeLessThan(MOST_MS);
  expect(freeze.took).toBeLessThan(MOST_MS);
  expect([kill.health, freeze.health]).toEqual(['UNHEALTHY', 'TIMEOUT']);

  frozen.thaw();
  const thawedAt = performance.now();
  const back = await hds.waitForHealth(NODE, frozen.address, 'HEALTHY', { since: thawedAt });
  console.log(`measured: HDS shows a thawed server healthy after ${(back.at - thawedAt).toFixed(0)} ms`);
  expect(back.at - thawedAt).toBeLessThan(MOST_MS);
});

it('a changed specifier takes effect, and leaves the state of the servers that stay', async () => {
  const cleanup = cleanupAfterTest();
  const [stays, goes, comes] = [
    cleanup.own(await MqttServer.start()),
    cleanup.own(await MqttServer.start()),
    cleanup.own(await MqttServer.start()),
  ];
  const { hds } = await startHdsProxy(cleanup);
  hds.specify(specifier([toCheck([stays, goes])], '0.02s'));
  await hds.waitForHealth(NODE, stays.address, 'HEALTHY');
  await hds.waitForHealth(NODE, goes.address, 'HEALTHY');
  const changedAt = performance.now();
  hds.specify(specifier([toCheck([stays, comes])], '0.02s'));
  const changed = await hds.waitForHealth(NODE, comes.address, 'HEALTHY');
  expect([...(changed.clusters.get(CLUSTER)?.keys() ?? [])]).toEqual([stays.address, comes.address]);
  const since = hds.reports.filter(({ at }) => at > changedAt);
  expect(since.length).toBeGreaterThan(0);
  expect(new Set(since.map((report) => healthIn(report, stays.address)))).toEqual(new Set(['HEALTHY']));
  // The server that left is not checked any more: three checks of its neighbour later it has had none.
  const before = goes.accepted;
  const checks = stays.accepted;
  await stays.changes.until(() => stays.accepted >= checks + 3, { what: 'three more checks' });
  expect(goes.accepted).toBeLessThanOrEqual(before + 1);
});

it('after the control plane was away the state comes again, and the checks went on meanwhile', async () => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await MqttServer.start());
  const dies = cleanup.own(await MqttServer.start());
  const { hds, envoy } = await startHdsProxy(cleanup);
  hds.specify(specifier([toCheck([server, dies])], '0.1s'));
  await hds.waitForHealth(NODE, server.address, 'HEALTHY');
  await hds.waitForHealth(NODE, dies.address, 'HEALTHY');
  hds.grpc.stop();
  dies.refuse({ destroyConnections: true });
  const checks = server.accepted;
  await server.changes.until(() => server.accepted >= checks + 3, { what: 'three checks without HDS' });
  await waitFor(() => hds.nodes().length === 0, { what: 'the stream to be gone' });
  const backAt = performance.now();
  await hds.grpc.reopen();
  const report = await hds.changes.until(() => hds.reports.find(({ at }) => at > backAt), {
    what: 'a report after the control plane is back',
    timeout: 30_000,
  });
  console.log(`measured: HDS reports ${(report.at - backAt).toFixed(0)} ms after the control plane is back`);
  // What it found meanwhile, at once.
  expect(healthIn(report, server.address)).toBe('HEALTHY');
  expect(healthIn(report, dies.address)).toBe('UNHEALTHY');
  expect(envoy.exit).toBeUndefined();
});

it('without no_traffic_interval a server is checked once and then not for a minute', async () => {
  const cleanup = cleanupAfterTest();
  const [product, standard] = [cleanup.own(await MqttServer.start()), cleanup.own(await MqttServer.start())];
  const { hds } = await startHdsProxy(cleanup);
  const clusters = [
    rawCluster('product', product, {}),
    rawCluster('standard', standard, { no_traffic_interval: undefined }),
  ];
  hds.specify(rawSpecifier({ interval: '0.1s', cluster_health_checks: clusters }));
  await hds.waitForHealth(NODE, standard.address, 'HEALTHY');
  standard.refuse({ destroyConnections: true });
  await product.changes.until(() => product.accepted >= 7, { what: 'seven checks of the other server' });
  await hds.waitForHealth(NODE, standard.address, 'HEALTHY', { since: performance.now() });
  expect(standard.accepted).toBe(1);
});
