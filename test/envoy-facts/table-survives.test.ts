/**
 * The table survives whatever happens to a VM: afterwards every worker routes by the last accepted assignment, which it
 * finds in shared data, or refuses; it never routes by none, by an older one, or by one that was refused.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as resources from '../../control-plane/resources/index.ts';
import { slotOf } from '../../control-plane/placement/slot.ts';
import { CONTROL_PLANE_CLUSTER } from '../../envoy/bootstrap.ts';
import { ROOT } from '../../protocol-filters/compile.ts';
import { encodeAssignment, encodeListener, SLOTS } from '../../protocol-filters/wire/index.ts';
import type { AssignmentMessage } from '../../protocol-filters/wire/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { cohortCode, startTestbed, withOtherHash } from '../harness/testbed.ts';
import type { Testbed } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';
import { land, landAll, seat } from './landing.ts';
import type { SeatedDevice } from './landing.ts';
import { NamedServer } from './named-server.ts';
import { landOnBoth, perWorker } from './two-workers.ts';

const IDS = ['a', 'b', 'c'];
/** Every slot to one server. */
const all = (id: string): Uint16Array => new Uint16Array(SLOTS).fill(IDS.indexOf(id));

function probe(name: string): resources.FilterCode {
  return { code: readFileSync(join(ROOT, `build/probes/${name}.wasm`)), generation: '1' };
}

/** A proxy with two workers that routes everything to `b`, by version 5; before that to `a`, by version 4. */
async function start(code: resources.FilterCode) {
  const cleanup = cleanupAfterTest();
  const servers: NamedServer[] = [];
  for (const id of IDS) servers.push(cleanup.own(await NamedServer.start(id)));
  const bed = cleanup.own(
    await startTestbed({
      servers: servers.map(({ id, host, port }) => ({ id, host, mqtt: port, websocket: port })),
      workers: 2,
      code,
      assignment: { version: 4, slots: all('a') },
    }),
  );
  await bed.assign({ version: 5, slots: all('b') });
  return { cleanup, bed, server: (id: string) => servers[IDS.indexOf(id)]! };
}

function setAssignmentPlugin(bed: Testbed, configuration: Buffer): void {
  const { code } = bed;
  const plugin = resources.networkPlugin({ name: 'assignment', rootId: 'assignment', code, configuration });
  bed.set(TYPE_URLS.ECDS, 'assignment', plugin);
  bed.ads.push();
}

function message(version: number, id: string): AssignmentMessage {
  const reports = { cluster: CONTROL_PLANE_CLUSTER, intervalMs: 250 };
  return { epoch: 1, version, servers: IDS, slots: all(id), reports };
}

/** Resolves when 32 connections of a kind have all landed on the server; until then some may be refused, nothing else. */
async function served(bed: Testbed, id: string): Promise<void> {
  for (const kind of ['mqtt', 'websocket'] as const) {
    await waitFor(async () => {
      const landed = await landOnBoth(bed, kind);
      for (const where of Object.keys(landed)) expect([id, 'refused']).toContain(where);
      return landed[id] === 32;
    });
  }
}

/** Traps the VM of the worker that takes this connection. */
async function trap(bed: Testbed): Promise<void> {
  expect((await land('mqtt', bed.mqtt(), 'pull-the-trap')).server).toBeUndefined();
}

it('a trap in one worker: the other keeps its connections, and the fresh VM routes by the table in shared data', async () => {
  const { cleanup, bed, server } = await start(probe('trapping-cohort'));
  const devices: SeatedDevice[] = [];
  for (let i = 0; i < 24; i++) devices.push(cleanup.own(await seat('mqtt', bed.mqtt(), 'acme')));
  const active = await perWorker(bed, 'active');
  await trap(bed);
  // Connections of the trapped VM end at their next byte; those of the other worker get it.
  const before = devices.map(({ socket }) => socket.bytesRead);
  server('b').sendToAll(Buffer.from([0xd0, 0]));
  await waitFor(() => devices.every(({ socket, ended }, i) => ended || socket.bytesRead === before[i]! + 2));
  const ended = devices.filter((device) => device.ended).length;
  expect(active).toContain(ended);
  expect(active).toContain(devices.length - ended);

  const since = performance.now();
  const { refused = 0 } = await landOnBoth(bed);
  // Until the back-off of the reload is over Envoy refuses, and counts it.
  const [proxy] = bed.proxies;
  expect(await proxy!.counter('wasm.mqtt.vm_reload_backoff')).toBeGreaterThanOrEqual(refused);
  await served(bed, 'b');
  console.log(
    `measured: both workers served ${(performance.now() - since).toFixed(0)} ms after a trap in one`,
  );
  expect(await proxy!.counter('wasm.mqtt.vm_reload_success')).toBeGreaterThan(0);
  // Nobody met the fresh VM without a table.
  expect(await proxy!.counter('wasmcustom.cohort.refused.no_assignment')).toBe(0);
  expect(devices.filter((device) => device.ended)).toHaveLength(ended);

  await bed.assign({ version: 6, slots: all('c') });
  await served(bed, 'c');
});

it('a roll of new filter code: connections made meanwhile, before and after go by the last assignment, and the old VM follows', async () => {
  const { cleanup, bed } = await start(cohortCode());
  const devices: SeatedDevice[] = [];
  for (let i = 0; i < 12; i++) devices.push(cleanup.own(await seat('mqtt', bed.mqtt(), 'acme')));
  const slot = slotOf('acme');
  const counting = (report: ReturnType<Testbed['allReports']>[number]): boolean =>
    report.slots.some((count) => count.slot === slot && count.connections > 0);
  const old = await waitFor(() => {
    const vms = new Set(
      bed
        .allReports()
        .filter(counting)
        .map(({ vm }) => vm),
    );
    return vms.size === 2 && vms;
  });

  for (const [note, first, second] of [
    ['second', ['assignment'], ['mqtt', 'websocket']],
    ['third', ['mqtt', 'websocket'], ['assignment']],
  ] as const) {
    bed.code = withOtherHash(bed.code, note);
    let rolling = true;
    const meanwhile = (async () => {
      const astray: (string | undefined)[] = [];
      while (rolling) {
        const landings = await landAll('mqtt', bed.mqtt(), new Array<string>(16).fill('acme'));
        astray.push(...landings.map(({ server }) => server).filter((server) => server !== 'b'));
      }
      return astray;
    })();
    for (const names of [first, second]) {
      bed.setPlugins(names);
      bed.ads.push();
      for (const name of names) await bed.acknowledged(TYPE_URLS.ECDS, name);
      expect(await landOnBoth(bed)).toEqual({ b: 32 });
      expect(await landOnBoth(bed, 'websocket')).toEqual({ b: 32 });
    }
    rolling = false;
    expect(await meanwhile).toEqual([]);
  }
  expect(devices.filter(({ ended }) => ended)).toEqual([]);

  await bed.assign({ version: 6, slots: all('c') });
  await served(bed, 'c');
  // The VMs of the first code have connections yet, and nobody but shared data to tell them.
  await waitFor(() => {
    const following = bed.allReports().filter(({ vm, version }) => old.has(vm) && version === 6n);
    return new Set(following.map(({ vm }) => vm)).size === 2;
  });
});

it('a refused push and an older assignment change nothing, nor do they come out of shared data after a trap or in new code', async () => {
  const { bed } = await start(probe('trapping-cohort'));
  const good = encodeAssignment(message(6, 'c'));
  const malformed = [Buffer.alloc(0), good.subarray(0, good.length - 3), Buffer.from('no assignment')];
  for (const configuration of malformed) {
    setAssignmentPlugin(bed, configuration);
    const { message: words } = await bed.ads.waitForNack(bed.nodeId(0), TYPE_URLS.ECDS, 'assignment');
    expect(words).toContain('Unable to create Wasm plugin');
    expect(await landOnBoth(bed)).toEqual({ b: 32 });
  }
  await trap(bed);
  await served(bed, 'b');

  const older = async (): Promise<number> => bed.proxies[0]!.counter('wasmcustom.cohort.assignment.older');
  expect(await older()).toBe(0);
  setAssignmentPlugin(bed, encodeAssignment(message(3, 'a')));
  await bed.acknowledged(TYPE_URLS.ECDS, 'assignment');
  await bed.proxies[0]!.waitForStat('wasmcustom.cohort.assignment.older', 3);
  expect(await landOnBoth(bed)).toEqual({ b: 32 });
  for (let i = 0; i < 2; i++) {
    await trap(bed);
    await served(bed, 'b');
  }

  // The fresh VMs of new code are told the older one by Envoy, and the younger one by shared data.
  bed.code = withOtherHash(bed.code, 'second');
  setAssignmentPlugin(bed, encodeAssignment(message(3, 'a')));
  await bed.acknowledged(TYPE_URLS.ECDS, 'assignment');
  bed.setPlugins(['mqtt', 'websocket']);
  bed.ads.push();
  for (const name of ['mqtt', 'websocket']) await bed.acknowledged(TYPE_URLS.ECDS, name);
  await served(bed, 'b');

  await bed.assign({ version: 6, slots: all('c') });
  await served(bed, 'c');
});

it('a configure of the assignment that fails on one worker only: that worker takes the assignment from shared data; Envoy refuses later pushes, which come that way too, until the VM key changes', async () => {
  const { bed } = await start(probe('failing-cohort'));
  expect((await land('mqtt', bed.mqtt(), 'mark-this-worker')).server).toBe('b');
  const poison = [...IDS, 'not-on-a-marked-worker'];
  const since = performance.now();
  setAssignmentPlugin(bed, encodeAssignment({ ...message(6, 'c'), servers: poison }));
  await bed.acknowledged(TYPE_URLS.ECDS, 'assignment');
  for (const kind of ['mqtt', 'websocket'] as const) {
    await waitFor(async () => {
      const landed = await landOnBoth(bed, kind);
      // None is refused, and none goes by anything but the last assignment and the one before it.
      expect((landed['b'] ?? 0) + (landed['c'] ?? 0)).toBe(32);
      return landed['c'] === 32;
    });
  }
  console.log(
    `measured: a worker whose configure had failed routed by the assignment after ${(performance.now() - since).toFixed(0)} ms`,
  );

  // Every VM that Envoy tries a configuration in shares it before Envoy refuses to go on.
  setAssignmentPlugin(bed, encodeAssignment(message(7, 'a')));
  const nack = await bed.ads.waitForNack(bed.nodeId(0), TYPE_URLS.ECDS, 'assignment');
  expect(nack.message).toContain('Unable to create Wasm plugin');
  await served(bed, 'a');

  bed.code = { ...bed.code, generation: '2' };
  setAssignmentPlugin(bed, encodeAssignment(message(8, 'b')));
  await bed.acknowledged(TYPE_URLS.ECDS, 'assignment');
  bed.setPlugins(['mqtt', 'websocket']);
  bed.ads.push();
  for (const name of ['mqtt', 'websocket']) await bed.acknowledged(TYPE_URLS.ECDS, name);
  await served(bed, 'b');
  expect(await bed.proxies[0]!.counter('wasmcustom.cohort.refused.no_assignment')).toBe(0);
});

it("a configure of a device listener that fails on one worker only: that worker refuses the listener's devices until the VM key changes", async () => {
  const { cleanup, bed } = await start(probe('failing-cohort'));
  const marking = cleanup.own(await seat('mqtt', bed.mqtt(), 'mark-this-worker'));
  expect(marking.server).toBe('b');
  const { code } = bed;
  const listener = {
    name: 'mqtt',
    protocol: 'MQTT',
    cluster: 'servers_mqtt',
    sources: [{ field: 'MQTT_USER_NAME' }, { field: 'MQTT_USER_PROPERTY', name: 'not-on-a-marked-worker' }],
  } as const;
  const configuration = encodeListener(listener);
  const plugin = resources.networkPlugin({ name: 'mqtt', rootId: 'mqtt', code, configuration });
  bed.set(TYPE_URLS.ECDS, 'mqtt', plugin);
  bed.ads.push();
  await bed.acknowledged(TYPE_URLS.ECDS, 'mqtt');
  const landed = await waitFor(async () => {
    const now = await landOnBoth(bed);
    return now['refused'] !== undefined && now;
  });
  expect(Object.keys(landed).sort()).toEqual(['b', 'refused']);
  expect(await landOnBoth(bed, 'websocket')).toEqual({ b: 32 });
  expect(await bed.proxies[0]!.counter('tcp.mqtt.downstream_cx_no_route')).toBeGreaterThanOrEqual(
    landed['refused']!,
  );
  expect(marking.ended).toBe(false);

  bed.code = { ...bed.code, generation: '2' };
  for (const names of [['assignment'], ['mqtt', 'websocket']]) {
    bed.setPlugins(names);
    bed.ads.push();
    for (const name of names) await bed.acknowledged(TYPE_URLS.ECDS, name);
  }
  await served(bed, 'b');
});
