import { expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { EchoServer } from '../harness/server.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { RawDevice } from '../harness/device.ts';
import { startTestbed } from '../harness/testbed.ts';
import { ProbeBed } from './probe-bed.ts';

async function start(text: string, servers = 1) {
  const cleanup = cleanupAfterTest();
  const all = [];
  for (const id of ['a', 'b', 'c'].slice(0, servers)) {
    const server = cleanup.own(await EchoServer.start());
    all.push({ id, host: server.host, port: server.port, server });
  }
  const bed = cleanup.own(
    await ProbeBed.start({ plugins: [{ name: 'devices', probe: 'reads-first', text }], servers: all }),
  );
  return { cleanup, bed, servers: all };
}

it('with ON_DOWNSTREAM_DATA and Pause from new_connection the filter reads before any server is connected, and then chooses it', async () => {
  const { cleanup, bed, servers } = await start('pause', 3);
  for (const [index, { id, server }] of servers.entries()) {
    const device = cleanup.own(await bed.device('devices', `${id}_`));
    await bed.waitForSaid(/holds 2$/, index + 1);
    expect(server.accepted).toBe(0);
    await device.send('0\n');
    // All that was held goes on.
    expect((await device.waitForBytes(4)).toString()).toBe(`${id}_0\n`);
    // `envoy.tcp_proxy.cluster` named the cluster, `envoy.hashable_string` the point of the ring.
    expect(server.accepted).toBe(1);
  }
});

it('after Continue from new_connection the route is picked before the filter reads a byte: what it decides then comes too late', async () => {
  const { cleanup, bed, servers } = await start('continue');
  const device = cleanup.own(await bed.device('devices', 'a_0\n'));
  await device.waitForRemoteEnd();
  // The filter did see the line, and named the cluster.
  await bed.waitForSaid(/holds 4$/);
  expect(servers[0]!.server.accepted).toBe(0);
  expect(await bed.envoy.counter('tcp.devices.downstream_cx_no_route')).toBe(1);
});

it('what a paused client sends is buffered up to the limit of the connection (1 MiB unless set), then Envoy stops reading', async () => {
  const { cleanup, bed } = await start('hold');
  const limit = 1024 * 1024;
  const device = cleanup.own(await bed.device('devices'));
  const bytes = Buffer.alloc(16 * limit);
  let sent = false;
  const sending = device.send(bytes).then(
    () => (sent = true),
    () => undefined,
  );
  await bed.envoy.waitForStat('tcp.devices.downstream_cx_rx_bytes_buffered', limit);
  // Another connection's round trip through the same worker: Envoy has had its turn to read on, and did not.
  const other = cleanup.own(await bed.device('devices', 'other'));
  await bed.waitForSaid(/holds 5$/);
  const held = await bed.envoy.counter('tcp.devices.downstream_cx_rx_bytes_buffered');
  console.log(`measured: a paused client that sends 16 MiB is held with ${held - 5} bytes`);
  expect(held).toBeLessThan(2 * limit);
  expect(sent).toBe(false);
  other.stop();
  device.stop();
  await sending;
});

it('upstream.address and the hash key in the host metadata are readable once the upstream is connected, and not before', async () => {
  const { cleanup, bed, servers } = await start('pause', 2);
  const device = cleanup.own(await bed.device('devices', 'b_5\n'));
  await device.waitForBytes(4);
  const lines = await bed.waitForSaid(/upstream/, 2);
  expect(lines.map((line) => line.replace(/^vm \d+ /, ''))).toEqual([
    'upstream unknown key unknown',
    `upstream 127.0.0.1:${servers[1]!.port} key b`,
  ]);
});

it('the filter holds no more than the 64 KiB of a first message, and those no longer than the time for it', async () => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await MqttServer.start());
  const servers = [{ id: 'a', host: server.host, mqtt: server.port }];
  const bed = cleanup.own(await startTestbed({ servers, firstMessageTimeoutMs: 500 }));
  const [envoy] = bed.proxies;
  /** The first bytes of a CONNECT that claims `remaining` bytes behind its fixed header (MQTT 3.1.1, 2.2.3). */
  const claim = (remaining: number): Buffer =>
    Buffer.concat([
      Buffer.from([0x10, (remaining & 0x7f) | 0x80, ((remaining >> 7) & 0x7f) | 0x80, remaining >> 14]),
      Buffer.from('\0\x04MQTT\x04\x02'),
    ]);
  const refused = async (bytes: Buffer, reason: string): Promise<void> => {
    const device = cleanup.own(await RawDevice.connect(bed.mqtt()));
    // A device that is closed while it sends is no failure of the test.
    await device.send(bytes).catch(() => undefined);
    await device.waitForRemoteEnd();
    expect(await envoy!.counter(`wasmcustom.cohort.refused.${reason}`)).toBe(1);
  };
  await refused(claim(65_533), 'too_large');
  await refused(Buffer.concat([claim(60_000), Buffer.alloc(1024 * 1024)]), 'not_protocol');
  await refused(Buffer.concat([claim(60_000), Buffer.alloc(59_000)]), 'timeout');
  // The checks of its health are all that the server has seen.
  expect(server.connections.filter(({ bytesReceived }) => bytesReceived > 0)).toEqual([]);
});
