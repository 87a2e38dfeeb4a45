import { describe, expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { EchoServer } from '../harness/server.ts';
import { ProbeBed } from './probe-bed.ts';

const MESSAGE = 'm'.repeat(300_000);

/** A device and the server's end of its connection, with the probe `closes` in between; both ways have been used. */
async function start() {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await EchoServer.start({ answer: () => undefined, answerEnd: false }));
  const bed = cleanup.own(
    await ProbeBed.start({
      plugins: [{ name: 'devices', probe: 'closes', text: 'all' }],
      servers: [{ id: 'a', host: server.host, port: server.port }],
    }),
  );
  const device = cleanup.own(await bed.device('devices', 'hello\n'));
  const far = await server.waitForConnection();
  await far.waitForBytes(6);
  await far.send('hello\n');
  await device.waitForBytes(6);
  far.take();
  device.take();
  /** Resolves when Envoy has read this many bytes of the device and written this many to it. */
  const passed = async (fromDevice: number, toDevice: number): Promise<void> => {
    await bed.envoy.waitForStat('tcp.devices.downstream_cx_rx_bytes_total', 6 + fromDevice);
    await bed.envoy.waitForStat('tcp.devices.downstream_cx_tx_bytes_total', 6 + toDevice);
  };
  return { bed, device, far, passed };
}

describe.each([2, 3])('proxy_close_stream(%i) closes both connections by FIN, after a flush', (type) => {
  it('called on a chunk of the server: what came before gets through both ways, the chunk itself does not', async () => {
    const { device, far, passed } = await start();
    // The device does not read yet: what is flushed waits for it.
    device.pause();
    await device.send(MESSAGE);
    await far.send(MESSAGE);
    await passed(MESSAGE.length, MESSAGE.length);
    await far.send(`not this!${type}`);
    await far.waitForEnd();
    device.resume();
    await device.waitForEnd();
    expect(device.received.toString()).toBe(MESSAGE);
    expect(far.received.toString()).toBe(MESSAGE);
  });

  it('called on a chunk of the device: the same, and the chunk does not reach the server', async () => {
    const { device, far, passed } = await start();
    await device.send(MESSAGE);
    await far.send(MESSAGE);
    await passed(MESSAGE.length, MESSAGE.length);
    await device.send(`not this!${type}`);
    await Promise.all([device.waitForEnd(), far.waitForEnd()]);
    expect(device.received.toString()).toBe(MESSAGE);
    expect(far.received.toString()).toBe(MESSAGE);
  });

  it('called from a tick: everything before gets through both ways, and nothing can be appended for either side', async () => {
    const { bed, device, far } = await start();
    await device.send(MESSAGE);
    await far.send(`${MESSAGE}~${type}`);
    await Promise.all([device.waitForEnd(), far.waitForEnd()]);
    // The probe would append `end` where it sees an end of stream; it sees none.
    expect(device.received.toString()).toBe(`${MESSAGE}~${type}`);
    expect(far.received.toString()).toBe(MESSAGE);
    expect(bed.said(/tick closes/)[0]).toContain(`tick closes 1 of type ${type}`);
  });
});
