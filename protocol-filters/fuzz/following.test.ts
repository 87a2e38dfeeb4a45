/** Redirects among random messages in random pieces: they stand where the oracle says that a message ends, or nowhere. */
import { generate, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import type { HttpStream, TcpStream } from '../host/index.ts';
import { connectPacket, Product, SERVERS, UPGRADE } from '../test/product.ts';
import { FrameCounter, PacketCounter, type MessageCounter } from './oracle/messages.ts';
import { Random } from './random.ts';

const ROUNDS = 500;
const MQTT_REDIRECT = Buffer.from([0xe0, 2, 0x9c, 0]);
const MQTT_END = Buffer.from([0xe0, 0]);
const CLOSE = Buffer.from([0x88, 2, 0x03, 0xf4]);

function payload(random: Random): Buffer {
  const size = random.size(random.once(6) ? 5000 : 200);
  if (random.once(2)) return random.bytes(size);
  // What devices mostly send.
  const text = JSON.stringify({ temperature: random.below(400) / 10, state: 'on', at: random.below(1e9) });
  return Buffer.from(text.repeat(1 + Math.floor(size / text.length)));
}

function packet(random: Random, fromDevice: boolean, version: 4 | 5): Buffer {
  const messageId = random.between(1, 65535);
  const qos = random.pick([0, 1, 2] as const);
  const publish: Packet = {
    ...{ cmd: 'publish', topic: `t/${random.below(100)}`, payload: payload(random), qos },
    ...{ dup: false, retain: random.once(9), ...(qos > 0 ? { messageId } : {}) },
  };
  const acknowledgement: Packet = { cmd: random.pick(['puback', 'pubrec', 'pubcomp', 'pubrel']), messageId };
  const others: Packet[] = fromDevice
    ? [
        { cmd: 'pingreq' },
        { cmd: 'subscribe', messageId, subscriptions: [{ topic: 'a/+', qos: 1 }] },
        { cmd: 'unsubscribe', messageId, unsubscriptions: ['a/#'] },
      ]
    : [
        { cmd: 'pingresp' },
        { cmd: 'suback', messageId, granted: [1, 0] },
        { cmd: 'unsuback', messageId, ...(version === 5 ? { granted: [0] } : {}) } as Packet,
      ];
  const kind = random.below(4);
  return generate(kind < 2 ? publish : kind === 2 ? acknowledgement : random.pick(others), {
    protocolVersion: version,
  });
}

function frame(random: Random): Buffer {
  const body = payload(random);
  const head = body.length < 126 ? [body.length] : [126, body.length >> 8, body.length & 255];
  const control = random.once(5);
  if (control) return Buffer.concat([Buffer.from([random.pick([0x89, 0x8a]), 5]), random.bytes(5)]);
  return Buffer.concat([Buffer.from([random.pick([0x81, 0x82, 0xc1, 0x01, 0x00, 0x80]), ...head]), body]);
}

/** Mostly cut where messages end, as servers write them; sometimes anywhere. */
function pieces(random: Random, messages: readonly Buffer[]): Buffer[] {
  const stream = Buffer.concat(messages);
  let end = 0;
  const ends = messages.map(({ length }) => (end += length)).filter(() => random.below(10) < 7);
  const others = Array.from({ length: random.below(6) }, () => random.below(stream.length));
  const cuts = [...new Set([0, ...ends, ...others, stream.length])].sort((a, b) => a - b);
  return cuts.slice(1).map((cut, i) => stream.subarray(cuts[i], cut));
}

interface Direction {
  stream: TcpStream | HttpStream;
  send(chunk: Buffer): void;
  arrived(): Uint8Array;
}

/** Moves the organization, and what is connected follows. */
function pin(product: Product, version: number): void {
  const pins = new Map([['acme', (version - 1) % SERVERS.length]]);
  product.assign({ version, tableVersion: version, drainUpTo: version, pins });
  product.host.environment.clock.advance(250);
}

/** @returns how many rounds were redirected */
function run(
  make: (product: Product, server: string) => Direction,
  message: (random: Random) => Buffer,
  counter: () => MessageCounter,
  redirect: Buffer,
): number {
  const random = new Random(7);
  const product = new Product();
  let redirected = 0;
  pin(product, 1);
  for (let round = 0; round < ROUNDS; round++) {
    const direction = make(product, SERVERS[round % SERVERS.length] ?? '');
    const chunks = pieces(
      random,
      Array.from({ length: random.between(1, 12) }, () => message(random)),
    );
    const due = random.below(chunks.length);
    chunks.forEach((chunk, index) => {
      if (index === due) {
        pin(product, round + 2);
      }
      direction.send(chunk);
    });
    const sent = Buffer.concat(chunks);
    const got = Buffer.from(direction.arrived());
    direction.stream.resetDownstream();
    product.vm.callouts.grpc.length = 0;
    if (got.equals(sent)) continue;
    redirected++;
    const kept = got.length - redirect.length;
    expect(got.subarray(kept).toString('hex')).toBe(redirect.toString('hex'));
    expect(got.subarray(0, kept).equals(sent.subarray(0, kept))).toBe(true);
    const truth = counter();
    truth.take(sent);
    expect(truth.ends, `round ${round}: ${kept} of ${sent.length} bytes`).toContain(kept);
  }
  return redirected;
}

function device(product: Product, server: string, version: 4 | 5): TcpStream {
  const stream = product.connect(server);
  stream.send(connectPacket({ protocolVersion: version, username: 'acme/1' }));
  stream.upstreamConnected();
  stream.serverSends(Buffer.from([0x20, 2, 0, 0]));
  stream.atClient.clear();
  stream.atUpstream.clear();
  return stream;
}

describe('a redirect stands where a message ends', { timeout: 120_000 }, () => {
  it('in what a server sends over MQTT 5', () => {
    const make = (product: Product, server: string): Direction => {
      const stream = device(product, server, 5);
      return { stream, send: (chunk) => stream.serverSends(chunk), arrived: () => stream.atClient.bytes };
    };
    const redirected = run(
      make,
      (random) => packet(random, false, 5),
      () => new PacketCounter(),
      MQTT_REDIRECT,
    );
    expect(redirected).toBeGreaterThan(ROUNDS / 2);
  });

  it('in what a device sends over MQTT 3.1.1', () => {
    const make = (product: Product, server: string): Direction => {
      const stream = device(product, server, 4);
      return { stream, send: (chunk) => stream.send(chunk), arrived: () => stream.atUpstream.bytes };
    };
    const redirected = run(
      make,
      (random) => packet(random, true, 4),
      () => new PacketCounter(),
      MQTT_END,
    );
    expect(redirected).toBeGreaterThan(ROUNDS / 2);
  });

  it('in what a server sends over a WebSocket', () => {
    const make = (product: Product, server: string): Direction => {
      const stream = product.request('/acme', UPGRADE, server);
      stream.respond([[':status', '101']]);
      return { stream, send: (chunk) => stream.serverSends(chunk), arrived: () => stream.atClient.bytes };
    };
    const redirected = run(make, frame, () => new FrameCounter(), CLOSE);
    expect(redirected).toBeGreaterThan(ROUNDS / 2);
  });
});
