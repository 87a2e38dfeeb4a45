import { expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import type { RawDevice } from '../harness/device.ts';
import { MqttDevice } from '../harness/mqtt-device.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { EchoServer } from '../harness/server.ts';
import { startTestbed } from '../harness/testbed.ts';
import { ProbeBed, vmOf } from './probe-bed.ts';

const WORKERS = 2;

it('the assignment plugin shares one VM per worker with the plugins of the device listeners', async () => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await MqttServer.start());
  const bed = cleanup.own(
    await startTestbed({ servers: [{ id: 'a', host: server.host, mqtt: server.port }], workers: WORKERS }),
  );
  // Three plugins: were the VMs not shared there would be three times as many.
  const vms = new Set(bed.allReports().map(({ vm }) => vm));
  expect(vms.size).toBe(WORKERS + 1);
  const stats = await bed.proxies[0]!.stats('wasm.');
  // Each worker's, the main thread's, and the base VM that those are made from and which runs nothing.
  expect(stats.get('wasm.envoy.wasm.runtime.v8.active')).toBe(WORKERS + 2);
  expect(stats.get('wasm.wasm_vm_count')).toBe(WORKERS + 2);
});

it('a push of the assignment reaches every worker, though its listener takes no connections', async () => {
  const cleanup = cleanupAfterTest();
  const servers = [];
  for (const id of ['a', 'b']) {
    const server = cleanup.own(await MqttServer.start());
    servers.push({ id, host: server.host, mqtt: server.port, server });
  }
  const bed = cleanup.own(await startTestbed({ servers, workers: WORKERS }));
  for (const only of [0, 1]) {
    await bed.assign({ slots: new Uint16Array(16384).fill(only) });
    const names = Array.from({ length: 40 }, (_, i) => `org-${only}-${i}`);
    for (const name of names) {
      cleanup.own(await MqttDevice.connect({ ...bed.mqtt(), username: name, clientId: name }));
    }
    const landed = servers[only]!.server.live.flatMap(({ clientId }) => clientId ?? []);
    expect(names.filter((name) => !landed.includes(name))).toEqual([]);
  }
  // Both workers took connections, or it would have shown nothing: the kernel spreads them.
  const taken = await bed.proxies[0]!.stats('listener.127.0.0.1_0.worker_');
  const perWorker = [...taken].filter(([name]) => name.endsWith('downstream_cx_total'));
  expect(perWorker.map(([, count]) => count > 0)).toEqual([true, true]);
});

async function probes(workers: number) {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await EchoServer.start());
  const bed = cleanup.own(
    await ProbeBed.start({
      plugins: [
        { name: 'assignment', on: 'unbound', probe: 'closes-others', text: 'nothing' },
        { name: 'devices', probe: 'closes-others', text: 'nothing' },
      ],
      servers: [{ id: 'a', host: server.host, port: server.port }],
      workers,
    }),
  );
  return { cleanup, bed };
}

it('identical content under another version is acknowledged and configures nothing again', async () => {
  const { bed } = await probes(1);
  // The canary's, the main thread's and the worker's.
  await bed.apply('assignment', { text: 'once' });
  expect(await bed.waitForSaid(/accepts once/, 3)).toHaveLength(3);
  await bed.apply('assignment', { text: 'once' });
  await bed.apply('assignment', { text: 'twice' });
  await bed.waitForSaid(/accepts twice/, 3);
  expect(bed.said(/accepts once/)).toHaveLength(3);
});

it('a push to the assignment plugin lets its ticks close the connections of the device plugin, in every worker', async () => {
  const { cleanup, bed } = await probes(WORKERS);
  const devices: RawDevice[] = [];
  for (let i = 0; i < 20; i++) {
    const device = cleanup.own(await bed.device('devices', 'hello'));
    await device.waitForBytes(5);
    devices.push(device);
  }
  await bed.apply('assignment', { text: 'close' });
  const ends = await Promise.all(devices.map((device) => device.waitForRemoteEnd()));
  expect(new Set(ends)).toEqual(new Set(['fin']));
  // Paced, one a tick, by each worker's own VM.
  expect(new Set((await bed.waitForSaid(/accepts close/, WORKERS + 2)).map(vmOf)).size).toBe(WORKERS + 2);
});
