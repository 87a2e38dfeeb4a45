/**
 * What a push of the assignment leaves behind in a proxy, and why the assignment has a plugin of its own.
 *
 * `COHORT_PUSHES` sets how many pushes are measured: 1,000 unless set, so that the test stays short; 10,000 take about a
 * minute.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { networkPlugin } from '../../control-plane/resources/index.ts';
import { encodeAssignment, encodeListener, decodeReport } from '../../protocol-filters/wire/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { MqttDevice } from '../harness/mqtt-device.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { evenSlots, startTestbed, type Testbed } from '../harness/testbed.ts';
import { slope } from './slope.ts';

const WORKERS = 2;
const PUSHES = Number(process.env['COHORT_PUSHES'] ?? 1000);
const KIB = 1024;

// Slopes below are of the whole process, divided by its workers: what the main thread keeps of a push is counted to them.

/** 40 KB: the slot table, and pins that fill up the rest. */
function assignment(version: number): Buffer {
  const pins = Array.from({ length: 200 }, (_, i): [string, number] => [
    `organization-${i}`.padEnd(30, '.'),
    0,
  ]);
  return encodeAssignment({
    epoch: 1,
    version,
    servers: ['a'],
    slots: evenSlots(1),
    pins: new Map(pins),
    reports: { cluster: 'xds' },
  });
}

/** A listener's settings and, behind them, a field that the filter does not know: as long as the assignment. */
function longListener(version: number): Buffer {
  const settings = encodeListener({
    name: 'mqtt',
    protocol: 'MQTT',
    cluster: 'servers_mqtt',
    sources: [{ field: 'MQTT_USER_NAME' }],
  });
  const filling = Buffer.alloc(40_000, String(version).padStart(8, '0'));
  // Field 15, bytes, a length of three varint bytes.
  const head = Buffer.from([
    0x7a,
    (filling.length & 0x7f) | 0x80,
    ((filling.length >> 7) & 0x7f) | 0x80,
    filling.length >> 14,
  ]);
  return Buffer.concat([settings, head, filling]);
}

async function start(cleanup: Cleanup): Promise<{
  bed: Testbed;
  push: (name: string, configuration: Buffer) => Promise<void>;
  device: (name: string) => Promise<MqttDevice>;
}> {
  const server = cleanup.own(await MqttServer.start());
  const servers = [{ id: 'a', host: server.host, mqtt: server.port }];
  const bed = cleanup.own(await startTestbed({ servers, workers: WORKERS }));
  const push = async (name: string, configuration: Buffer): Promise<void> => {
    bed.set(TYPE_URLS.ECDS, name, networkPlugin({ name, rootId: name, code: bed.code, configuration }));
    bed.ads.push();
    await bed.acknowledged(TYPE_URLS.ECDS, name);
  };
  const device = async (name: string): Promise<MqttDevice> =>
    cleanup.own(await MqttDevice.connect({ ...bed.mqtt(), username: `${name}/1` }));
  return { bed, push, device };
}

/** What Envoy says that it has allocated, and what the kernel says that it occupies, in bytes. */
async function memory(bed: Testbed): Promise<{ allocated: number; resident: number }> {
  const envoy = bed.proxies[0]!;
  const status = readFileSync(`/proc/${envoy.pid}/status`, 'utf8');
  return {
    allocated: await envoy.memory(),
    resident: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * KIB,
  };
}

/** Resolves when the VMs of all workers and of the main thread have reported this version. */
async function reported(bed: Testbed, version: number): Promise<void> {
  const up = (): number =>
    new Set(
      bed
        .allReports()
        .filter((report) => report.version === BigInt(version))
        .map(({ vm }) => vm),
    ).size;
  await bed.reports.changes.until(() => up() > WORKERS, {
    what: `${WORKERS + 1} VMs to report version ${version}`,
    describe: () => bed.reports.reports.slice(-5).map(({ bytes }) => decodeReport(bytes)),
  });
}

it(`${PUSHES} pushes of 40 KB to the assignment plugin cost at most 1 KB each and worker, connections accepted in between`, async () => {
  const cleanup = cleanupAfterTest();
  const { bed, push, device } = await start(cleanup);
  // A connection accepted between two pushes stays open to the end: were something of the push kept for it, it would be
  // kept for good and show in the slope. So that the connections' own memory does not show, each new one takes the place
  // of one that was accepted before the first push, which can hold on to nothing.
  const every = Math.max(20, PUSHES / 100);
  const warmUp = 100;
  const old: MqttDevice[] = [];
  for (let i = 0; i < (warmUp + PUSHES) / every; i++) old.push(await device(`before-${i}`));
  const points: { push: number; allocated: number; resident: number }[] = [];
  const vms = 'wasm.envoy.wasm.runtime.v8.created';
  const before = await bed.proxies[0]!.counter(vms);
  const began = performance.now();
  for (let count = 1; count <= warmUp + PUSHES; count++) {
    const configuration = assignment(count + 1);
    if (count === 1) expect(configuration.length).toBeGreaterThan(40_000 * 0.99);
    await push('assignment', configuration);
    if (count % every === 0) {
      old.pop()?.stop();
      await device(`between-${count}`);
      // Records of the test itself.
      bed.ads.forget();
    }
    if (count > warmUp && (count - warmUp) % (PUSHES / 50) === 0) {
      points.push({ push: count, ...(await memory(bed)) });
    }
  }
  const seconds = (performance.now() - began) / 1000;
  // None was merged with another or left out: a canary VM for every one of them, and the last one is in force everywhere.
  expect(await bed.proxies[0]!.counter(vms)).toBe(before + warmUp + PUSHES);
  await reported(bed, warmUp + PUSHES + 1);
  const allocated = slope(points.map((point) => [point.push, point.allocated])) / WORKERS;
  const resident = slope(points.map((point) => [point.push, point.resident])) / WORKERS;
  console.log(
    `measured: ${PUSHES} pushes of 40 KB to the assignment plugin in ${seconds.toFixed(1)} s: ` +
      `${allocated.toFixed(0)} bytes allocated, ${resident.toFixed(0)} bytes resident for each push and worker`,
  );
  expect(allocated).toBeLessThan(KIB);
  // The kernel counts whole pages, and what the allocator keeps for later: no more than a sanity check.
  expect(resident).toBeLessThan(4 * KIB);
}, 600_000);

it('the same pushed to the plugin of the device listener keeps 50 KB and more for each connection accepted in between', async () => {
  const cleanup = cleanupAfterTest();
  const { bed, push, device } = await start(cleanup);
  const pushes = 60;
  const old: MqttDevice[] = [];
  for (let i = 0; i < pushes; i++) old.push(await device(`before-${i}`));
  const points: { push: number; allocated: number; resident: number }[] = [];
  for (let count = 1; count <= pushes; count++) {
    await push('mqtt', longListener(count));
    old.pop()?.stop();
    await device(`between-${count}`);
    if (count > 10) points.push({ push: count, ...(await memory(bed)) });
  }
  const allocated = slope(points.map((point) => [point.push, point.allocated]));
  const resident = slope(points.map((point) => [point.push, point.resident]));
  console.log(
    `measured: ${pushes} pushes of 40 KB to the device listener's own plugin, a connection after each: ` +
      `${allocated.toFixed(0)} bytes allocated, ${resident.toFixed(0)} bytes resident for each push`,
  );
  expect(allocated).toBeGreaterThan(50 * KIB);
});
