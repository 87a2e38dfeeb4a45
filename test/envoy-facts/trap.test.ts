import { expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import type { RawDevice } from '../harness/device.ts';
import { EchoServer } from '../harness/server.ts';
import { ProbeBed, vmOf, type ProbePlugin } from './probe-bed.ts';

async function start(workers: number, change: Partial<ProbePlugin> = {}) {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await EchoServer.start());
  const bed = cleanup.own(
    await ProbeBed.start({
      plugins: [
        { name: 'assignment', on: 'unbound', probe: 'traps', text: 'quiet' },
        { name: 'devices', probe: 'traps', text: 'busy', ...change },
      ],
      servers: [{ id: 'a', host: server.host, port: server.port }],
      workers,
    }),
  );
  /** A device and the VM that serves it; undefined when it is closed instead. */
  const serve = async (name: string): Promise<{ device: RawDevice; vm: number } | undefined> => {
    const device = cleanup.own(await bed.device('devices', name));
    try {
      await device.waitForBytes(name.length);
    } catch {
      return undefined;
    }
    const line = (await bed.waitForSaid(new RegExp(`serves ${name}$`)))[0]!;
    return { device, vm: vmOf(line) };
  };
  return { bed, server, serve };
}

/** Sends the byte that traps, on a connection of its own or on this one, and waits until that is closed. */
async function trap(bed: ProbeBed, device?: RawDevice): Promise<void> {
  const victim = device ?? (await bed.device('devices'));
  await victim.send('!');
  await victim.waitForRemoteEnd();
  victim.stop();
}

it('a trap ends the connection it happened on, the other ones of that worker at their next byte, and none of another worker', async () => {
  const { bed, server, serve } = await start(2);
  const byVm = new Map<number, RawDevice[]>();
  for (let i = 0; i < 64; i++) {
    const served = await serve(`device-${i}.`);
    byVm.set(served!.vm, [...(byVm.get(served!.vm) ?? []), served!.device]);
    if (byVm.size === 2 && [...byVm.values()].every((devices) => devices.length > 3)) break;
  }
  const [hit, spared] = [...byVm.values()];
  const [victim, ...idle] = hit!;
  await trap(bed, victim);
  const beyond = server.accepted;
  // A round trip later nothing has happened to the idle ones: nobody told them.
  for (const device of spared!) {
    await device.send('still');
    await device.waitForBytes((received) => received.includes('still'));
  }
  expect(idle.map(({ ended, reset }) => ended || reset)).toEqual(idle.map(() => false));
  const [speaks, hears, ...rest] = idle;
  const name = hears!.received.toString();
  const heard = server.connections.find(({ received }) => received.toString().startsWith(name));
  await speaks!.send('lost');
  expect(await speaks!.waitForRemoteEnd()).toBe('fin');
  await heard!.send('lost');
  expect(await hears!.waitForRemoteEnd()).toBe('fin');
  for (const device of [...rest, ...spared!]) expect(device.ended || device.reset).toBe(false);
  // The byte that closed it went nowhere.
  expect(hears!.received.toString()).not.toContain('lost');
  expect(server.connections.filter(({ received }) => received.includes('lost'))).toEqual([]);
  expect(server.accepted).toBe(beyond);
});

it('with FAIL_RELOAD connections are refused for the back-off of a second after a trap, then one gets a fresh VM', async () => {
  const { bed, server, serve } = await start(1);
  const before = await serve('before');
  const took: number[] = [];
  for (const round of [1, 2]) {
    await trap(bed);
    const at = performance.now();
    const reached = server.accepted;
    let fresh: { vm: number } | undefined;
    for (let i = 0; fresh === undefined; i++) {
      expect(server.accepted).toBe(reached);
      fresh = await serve(`round-${round}-${i}.`);
    }
    took.push(performance.now() - at);
    expect(fresh.vm).toBeGreaterThan(before!.vm);
  }
  console.log(`measured: after a trap connections were refused for ${took.map(Math.round).join(' and ')} ms`);
  expect(await bed.envoy.counter('wasm.devices.vm_reload_success')).toBe(2);
  expect(await bed.envoy.counter('wasm.devices.vm_reload_backoff')).toBeGreaterThan(0);
  // Never at once, not even after the first trap; the back-off has a jitter and does not grow.
  for (const ms of took) expect(ms).toBeGreaterThan(500);
  for (const ms of took) expect(ms).toBeLessThan(10_000);
});

it('with FAIL_CLOSED every later connection of the worker is refused', async () => {
  const { bed, server, serve } = await start(1, { failurePolicy: 'FAIL_CLOSED' });
  await serve('before');
  await trap(bed);
  const at = performance.now();
  // Beyond the second after which FAIL_RELOAD would have served again.
  for (let i = 0; performance.now() - at < 2_000; i++) expect(await serve(`after-${i}.`)).toBeUndefined();
  expect(server.accepted).toBe(1);
  expect(bed.said(/accepts busy/)).toHaveLength(3);
});

it('only the plugin that gets a connection is configured again in the fresh VM', async () => {
  const { bed, serve } = await start(1);
  await trap(bed);
  let fresh: { vm: number } | undefined;
  for (let i = 0; fresh === undefined; i++) fresh = await serve(`try-${i}.`);
  expect(bed.said(new RegExp(`^vm ${fresh.vm} accepts `))).toEqual([`vm ${fresh.vm} accepts busy`]);
  // A push does reach the fresh VM.
  await bed.apply('assignment', { text: 'pushed' });
  await bed.waitForSaid(new RegExp(`^vm ${fresh.vm} accepts pushed$`));
});
