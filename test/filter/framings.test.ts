/**
 * Every way to frame messages, and a protocol of one's own compiled in, on a real Envoy: a redirect stands behind a whole
 * message, though the move comes when half of one has passed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { networkPlugin, tcpListener } from '../../control-plane/resources/index.ts';
import { slotOf } from '../../control-plane/placement/slot.ts';
import { compileFilter, ROOT } from '../../protocol-filters/compile.ts';
import { frame } from '../../protocol-filters/fuzz/generate/framed.ts';
import {
  encodeListener,
  type FramingMessage,
  type ListenerMessage,
} from '../../protocol-filters/wire/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import { cleanupAfterAll } from '../harness/cleanup-hooks.ts';
import { RawDevice } from '../harness/device.ts';
import { EchoServer } from '../harness/server.ts';
import { startTestbed, type Testbed } from '../harness/testbed.ts';

const WASM = 'build/filters/framings-beacon.wasm';
const home = slotOf('acme') % 2;

interface Case {
  readonly listener: Omit<ListenerMessage, 'cluster'>;
  readonly first: Buffer;
  /** What the server answers to that; it says all else after the device. */
  readonly greeting: Buffer;
  /** Sent and echoed, of 6 bytes at least. */
  readonly message: Buffer;
  readonly told: Buffer;
}

function declared(name: string, framing: FramingMessage): Case {
  const first = frame(framing, Buffer.from('x;acme;y'));
  return {
    listener: {
      ...{ name, protocol: 'DECLARED', framing, sources: [{ field: 'DELIMITED', delimiter: ';', index: 1 }] },
      redirect: { template: Buffer.from('GO {location}'), location: 'b:1' },
    },
    ...{ first, greeting: first, message: frame(framing, Buffer.from('seven..')) },
    told: frame(framing, Buffer.from('GO b:1')),
  };
}

const HEADERS: FramingMessage = { kind: 'HEADERS' };
const request = frame(HEADERS, Buffer.from('{"params":{"organization":"acme"}}'));
const notification =
  '{"jsonrpc":"2.0","method":"server.redirect","params":{"reason":"moved","retryAfterMs":0}}';
const CASES: Case[] = [
  ...([1, 2, 4] as const).flatMap((prefixBytes) =>
    [true, false].map((littleEndian) => {
      const name = `prefix_${prefixBytes}_${littleEndian ? 'little' : 'big'}`;
      return declared(name, { kind: 'LENGTH_PREFIX', prefixBytes, littleEndian });
    }),
  ),
  declared('fixed', { kind: 'FIXED_SIZE', fixedSize: 16 }),
  declared('lines', { kind: 'LINES', delimiter: '\r\n\r\n' }),
  {
    listener: {
      ...{ name: 'headers', protocol: 'JSON_RPC', framing: HEADERS },
      sources: [{ field: 'JSON_POINTER', pointer: '/params/organization' }],
    },
    ...{ first: request, greeting: request, message: frame(HEADERS, Buffer.from('{"id":1}')) },
    told: frame(HEADERS, Buffer.from(notification)),
  },
  {
    listener: {
      ...{ name: 'beacon', protocol: 'CUSTOM', sources: [{ field: 'CUSTOM_FIELD' }] },
      redirect: { location: 'b' },
    },
    first: Buffer.concat([Buffer.from([0x42, 2, 0, 4]), Buffer.from('acme')]),
    ...{ greeting: Buffer.from([1, 0, 0]), message: Buffer.from([1, 0, 4, 0xff, 0, 0, 0xfe]) },
    told: Buffer.from([0x7f, 0, 1, 0x62]),
  },
];

const cleanup = cleanupAfterAll();
let bed: Testbed;
const devices = new Map<Case, RawDevice>();

/** All listeners on one proxy; every device has half a message on its way when its organization moves. */
beforeAll(async () => {
  await compileFilter('protocol-filters/filter/index.ts', WASM, join(ROOT, 'docs/examples/beacon.ts'));
  const servers = await Promise.all(
    ['a', 'b'].map(async (id) => {
      const answer = (chunk: Buffer): Buffer =>
        CASES.find(({ first }) => first.equals(chunk))?.greeting ?? chunk;
      const { port } = cleanup.own(await EchoServer.start({ answer }));
      return { id, host: '127.0.0.1', mqtt: port };
    }),
  );
  const code = { code: readFileSync(join(ROOT, WASM)), generation: '1' };
  bed = cleanup.own(await startTestbed({ servers, code }));
  CASES.forEach(({ listener }, i) => {
    const { name } = listener;
    const configuration = encodeListener({ ...listener, cluster: 'servers_mqtt' });
    bed.set(TYPE_URLS.ECDS, name, networkPlugin({ name, rootId: name, code, configuration }));
    bed.set(TYPE_URLS.LDS, name, tcpListener({ name, address: `127.0.5.${i + 1}`, port: 0 }));
  });
  bed.ads.push();
  for (const one of CASES) {
    const { host, port } = await bed.proxies[0]!.waitForListener(one.listener.name);
    const device = cleanup.own(await RawDevice.connect({ host, port }));
    devices.set(one, device);
    await device.send(one.first);
    await device.waitForBytes(one.greeting.length);
    await device.send(one.message.subarray(0, 1));
    await device.waitForBytes(one.greeting.length + 1);
  }
  const pins = new Map([['acme', 1 - home]]);
  await bed.assign({ version: 2, tableVersion: 2, drainUpTo: 2, pins });
}, 180_000);

it.each(CASES.map((one) => [one.listener.name, one] as const))('%s', async (_name, one) => {
  const { greeting, message, told } = one;
  const device = devices.get(one)!;
  const isTold = (): boolean => device.received.subarray(-told.length).equals(told);
  // The rest of the half message, then whole ones, each cut in two, until the turn of this connection has come.
  await device.send(message.subarray(1));
  let whole = 1;
  for (; !isTold(); whole++) {
    await device.waitForBytes(
      (received) => isTold() || received.length >= greeting.length + whole * message.length,
      { what: `the echo of message ${whole}, or the redirect` },
    );
    if (isTold()) break;
    await device.send(message.subarray(0, 2));
    await device.send(message.subarray(2));
  }
  const before = device.received.subarray(0, -told.length);
  const messages = (before.length - greeting.length) / message.length;
  expect(before.toString('hex')).toBe(
    Buffer.concat([greeting, ...Array.from({ length: messages }, () => message)]).toString('hex'),
  );
  expect(Number.isInteger(messages)).toBe(true);
});
