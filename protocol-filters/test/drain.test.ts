import { describe, expect, it } from 'vitest';
import { slotOf } from '../../control-plane/placement/slot.ts';
import type { HttpStream, TcpStream } from '../host/index.ts';
import { encodeListener } from '../wire/index.ts';
import { connectPacket, Product, SERVERS, UPGRADE } from './product.ts';

const CONNACK = Buffer.from([0x20, 2, 0, 0]);
const PINGREQ = Buffer.from([0xc0, 0]);
const PINGRESP = Buffer.from([0xd0, 0]);
const REDIRECT = Buffer.from([0xe0, 2, 0x9c, 0]);
const END = Buffer.from([0xe0, 0]);

const home = slotOf('acme') % 3;
const elsewhere = (home + 1) % 3;
const moved = { version: 2, tableVersion: 2, pins: new Map([['acme', elsewhere]]) };

function device(product: Product, version: 4 | 5 = 5, server = home, organization = 'acme'): TcpStream {
  const stream = product.connect(SERVERS[server]);
  stream.send(connectPacket({ protocolVersion: version, username: `${organization}/1` }));
  stream.upstreamConnected();
  stream.serverSends(CONNACK);
  stream.atClient.clear();
  stream.atUpstream.clear();
  return stream;
}

const tick = (product: Product, ms = 250): void => product.host.environment.clock.advance(ms);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const counter = (product: Product, name: string): number | undefined =>
  product.host.environment.metrics.value(`cohort.drain.${name}`);

/** Moves `acme`: routed first, then drained. */
function move(product: Product, drain = {}): void {
  product.assign({ ...moved, drainUpTo: 1, drain });
  product.assign({ ...moved, version: 3, drainUpTo: 2, drain });
  tick(product);
}

describe('who is drained', () => {
  it('nobody before every proxy routes by the new table', () => {
    const product = new Product();
    const stream = device(product);
    product.assign({ ...moved, drainUpTo: 1 });
    tick(product, 1000);
    stream.serverSends(PINGRESP);
    expect(hex(stream.atClient.bytes)).toBe(hex(PINGRESP));
  });

  it('the moved organization and no other', () => {
    const product = new Product();
    const [acme, other] = [device(product), device(product, 5, slotOf('other') % 3, 'other')];
    move(product);
    acme.serverSends(PINGRESP);
    other.serverSends(PINGRESP);
    expect(hex(acme.atClient.bytes)).toBe(hex(PINGRESP) + hex(REDIRECT));
    expect(hex(other.atClient.bytes)).toBe(hex(PINGRESP));
  });

  it('nobody who already sits on the server that is assigned now, nor who sits on a fallback while nothing moved', () => {
    const product = new Product();
    const early = device(product, 5, elsewhere);
    move(product);
    early.serverSends(PINGRESP);
    expect(hex(early.atClient.bytes)).toBe(hex(PINGRESP));
    const fallback = device(product, 5, home);
    product.assign({ ...moved, version: 4, drainUpTo: 4 });
    tick(product);
    fallback.serverSends(PINGRESP);
    expect(hex(fallback.atClient.bytes)).toBe(hex(PINGRESP));
  });

  it('who sat on a fallback that has become its home, when its organization moves on', () => {
    const product = new Product();
    // Its server is away: the ring sends it elsewhere, the table follows, and later the server is back.
    const fallback = device(product, 5, elsewhere);
    move(product);
    fallback.serverSends(PINGRESP);
    expect(hex(fallback.atClient.bytes)).toBe(hex(PINGRESP));
    product.assign({ version: 4, tableVersion: 4, drainUpTo: 4 });
    tick(product);
    fallback.serverSends(PINGRESP);
    expect(hex(fallback.atClient.bytes)).toBe(hex(PINGRESP) + hex(PINGRESP) + hex(REDIRECT));
  });

  it('nobody whose organization came back before its boundary did', () => {
    const product = new Product();
    const stream = device(product);
    move(product);
    product.assign({ version: 4, tableVersion: 4, drainUpTo: 4 });
    tick(product);
    stream.serverSends(PINGRESP);
    expect(hex(stream.atClient.bytes)).toBe(hex(PINGRESP));
    tick(product, 120_000);
    expect(stream.open).toBe(true);
  });

  it('so many a second', () => {
    const product = new Product();
    const streams = Array.from({ length: 20 }, () => device(product));
    product.assign({ ...moved, drainUpTo: 2, drain: { perSecond: 20 } });
    const redirected = (): number => {
      for (const stream of streams) stream.serverSends(PINGRESP);
      return streams.filter((stream) => hex(stream.atClient.bytes).endsWith(hex(REDIRECT))).length;
    };
    tick(product);
    expect(redirected()).toBe(5);
    tick(product, 500);
    expect(redirected()).toBe(15);
    tick(product, 250);
    expect(redirected()).toBe(20);
  });
});

describe('MQTT 5', () => {
  it('gets 0x9C behind whole packets only, then nothing from the server; its own bytes arrive; DISCONNECT at its FIN', () => {
    const product = new Product();
    const stream = device(product);
    move(product);
    const publish = Buffer.from([0x30, 4, 0, 1, 0x74, 0x21]);
    stream.serverSends(publish.subarray(0, 3));
    expect(hex(stream.atClient.bytes)).toBe(hex(publish.subarray(0, 3)));
    stream.serverSends(Buffer.concat([publish.subarray(3), PINGRESP, publish.subarray(0, 2)]));
    expect(hex(stream.atClient.bytes)).toBe(hex(publish) + hex(PINGRESP) + hex(publish.subarray(0, 2)));
    stream.serverSends(publish.subarray(2));
    expect(hex(stream.atClient.bytes)).toBe(hex(publish) + hex(PINGRESP) + hex(publish) + hex(REDIRECT));
    stream.serverSends(publish);
    expect(stream.atClient.bytes.length).toBe(2 * publish.length + 6);
    stream.send(publish);
    stream.endDownstream();
    expect(hex(stream.atUpstream.bytes)).toBe(hex(publish) + hex(END));
    stream.endUpstream();
    expect(stream.open).toBe(false);
    expect(
      ['redirected', 'ended', 'closed', 'unfinished_sessions'].map((name) => counter(product, name)),
    ).toEqual([1, 1, 0, 0]);
  });

  it('gets it inside a chunk, where several packets in a row leave no doubt', () => {
    const product = new Product();
    const stream = device(product);
    move(product);
    const publish = Buffer.from([0x30, 5, 0, 1, 0x74, 0, 0x21]);
    const whole = Buffer.concat([publish, PINGRESP, publish, publish]);
    stream.serverSends(Buffer.concat([whole, publish.subarray(0, 3)]));
    expect(hex(stream.atClient.bytes)).toBe(hex(whole) + hex(REDIRECT));
  });

  it('gets it behind a packet that came in many chunks, the first of them after its turn had come', () => {
    const product = new Product();
    const stream = device(product);
    const text = Buffer.alloc(5000, 'PUBLISH me: 0123456789');
    const large = Buffer.concat([Buffer.from([0x30, 0x8c, 0x27, 0, 1, 0x74, 0]), text]);
    stream.serverSends(large.subarray(0, 2000));
    move(product);
    // In the middle of a packet: there is no way to tell where it ends.
    stream.serverSends(large.subarray(2000, 3000));
    stream.serverSends(large.subarray(3000));
    expect(hex(stream.atClient.bytes)).toBe(hex(large));
    stream.atClient.clear();
    for (let at = 0; at < large.length; at += 700) stream.serverSends(large.subarray(at, at + 700));
    expect(hex(stream.atClient.bytes)).toBe(hex(large) + hex(REDIRECT));
  });

  it('that goes on in spite of it has its session ended behind its next packet', () => {
    const product = new Product();
    const stream = device(product);
    move(product);
    stream.serverSends(PINGRESP);
    tick(product, 1500);
    stream.send(PINGREQ);
    stream.send(PINGREQ);
    expect(hex(stream.atUpstream.bytes)).toBe(hex(PINGREQ) + hex(END));
  });

  it('is closed at the end of the window where the server is silent, and counted', () => {
    const product = new Product();
    const stream = device(product);
    move(product, { windowMs: 5000, longestWindowMs: 5000 });
    tick(product, 4750);
    expect(stream.open).toBe(true);
    tick(product, 750);
    expect(stream.open).toBe(false);
    expect(
      ['redirected', 'ended', 'closed', 'unfinished_sessions'].map((name) => counter(product, name)),
    ).toEqual([0, 0, 1, 1]);
  });
});

describe('MQTT 3.1.1', () => {
  it('has its session ended behind its next whole packet, so that the server closes cleanly', () => {
    const product = new Product();
    const stream = device(product, 4);
    move(product);
    stream.serverSends(PINGRESP);
    expect(hex(stream.atClient.bytes)).toBe(hex(PINGRESP));
    const publish = Buffer.from([0x32, 6, 0, 1, 0x74, 0, 9, 0x21]);
    stream.send(publish.subarray(0, 4));
    expect(hex(stream.atUpstream.bytes)).toBe(hex(publish.subarray(0, 4)));
    stream.send(publish.subarray(4));
    expect(hex(stream.atUpstream.bytes)).toBe(hex(publish) + hex(END));
    stream.endUpstream();
    expect(hex(stream.atClient.bytes)).toBe(hex(PINGRESP));
    expect(stream.clientEnded).toBe(true);
    stream.endDownstream();
    expect(stream.open).toBe(false);
    expect([counter(product, 'redirected'), counter(product, 'ended')]).toEqual([1, 1]);
  });

  it('is closed behind a whole packet of the server where the listener leaves sessions alone', () => {
    const product = new Product();
    const sources = [{ field: 'MQTT_USER_NAME' }] as const;
    const listener = {
      name: 'mqtt',
      protocol: 'MQTT',
      cluster: 'servers_mqtt',
      sources,
      endSession: false,
    } as const;
    product.configure('mqtt', encodeListener(listener));
    const stream = device(product, 4);
    move(product);
    const five = Buffer.concat(Array.from({ length: 5 }, () => PINGRESP));
    stream.serverSends(Buffer.concat([five, PINGRESP.subarray(0, 1)]));
    tick(product, 500);
    expect(hex(stream.atClient.bytes)).toBe(hex(five));
    expect(hex(stream.atUpstream.bytes)).toBe('');
    expect(stream.open).toBe(false);
    expect([counter(product, 'ended'), counter(product, 'closed')]).toEqual([1, 0]);
  });
});

describe('WebSocket', () => {
  const CLOSE = Buffer.from([0x88, 2, 0x03, 0xf4]);
  const TEXT = Buffer.from([0x81, 2, 0x68, 0x69]);

  function socket(product: Product): HttpStream {
    const stream = product.request('/acme', UPGRADE, SERVERS[home]);
    stream.respond([[':status', '101']]);
    return stream;
  }

  it('gets Close 1012 between frames, then nothing from the server; its answer arrives there', () => {
    const product = new Product();
    const stream = socket(product);
    stream.serverSends(TEXT);
    move(product);
    stream.serverSends(TEXT.subarray(0, 3));
    stream.serverSends(TEXT.subarray(3));
    stream.serverSends(TEXT);
    expect(hex(stream.atClient.bytes)).toBe(hex(TEXT) + hex(TEXT) + hex(CLOSE));
    const answer = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xf4]);
    stream.send(answer);
    expect(hex(stream.atUpstream.bytes)).toBe(hex(answer));
    stream.serverSends(CLOSE);
    expect(hex(stream.atClient.bytes)).toBe(hex(TEXT) + hex(TEXT) + hex(CLOSE));
  });

  it.each([
    ['125 bytes', Buffer.concat([Buffer.from([0x82, 125]), Buffer.alloc(125)])],
    ['126 bytes', Buffer.concat([Buffer.from([0x82, 126, 0, 126]), Buffer.alloc(126)])],
    [
      '70,000 bytes',
      Buffer.concat([Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]), Buffer.alloc(70_000)]),
    ],
    ['a compressed frame', Buffer.from([0xc1, 0x02, 5, 6])],
    ['an empty frame', Buffer.from([0x89, 0])],
  ])('frames of %s are followed, in any pieces that begin with a whole header', (_, frame) => {
    for (const cut of [frame.length, frame.length - 1, 10, 14]) {
      const product = new Product();
      const stream = socket(product);
      move(product);
      stream.serverSends(frame.subarray(0, Math.min(cut, frame.length)));
      if (cut < frame.length) stream.serverSends(frame.subarray(cut));
      stream.serverSends(frame);
      const once = hex(frame) + hex(CLOSE);
      // Cut inside its header, it is the next one.
      expect([once, hex(frame) + once]).toContain(hex(stream.atClient.bytes));
      if (cut >= 10) expect(hex(stream.atClient.bytes)).toBe(once);
    }
  });

  it.each([
    ['a masked frame', [0x82, 0x82, 1, 2, 3, 4, 5, 6]],
    ['an unknown opcode', [0x83, 0]],
    ['a reserved bit', [0xa1, 0]],
    ['a long ping', [0x89, 126, 0, 126, ...new Array<number>(126).fill(0)]],
    ['a ping in pieces', [0x09, 0]],
    ['a length that fits a shorter form', [0x82, 126, 0, 1, 0]],
    ['its own Close', [0x88, 2, 0x03, 0xe8]],
  ])('gets none behind what a server may not send, nor behind a Close: %s', (_, bytes) => {
    const product = new Product();
    const stream = socket(product);
    move(product);
    stream.serverSends(Buffer.from(bytes));
    expect(hex(stream.atClient.bytes)).toBe(hex(Buffer.from(bytes)));
  });

  it('with a frame of 4 GiB is closed at the end of the window', () => {
    const product = new Product();
    const stream = socket(product);
    stream.serverSends(Buffer.from([0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3]));
    move(product, { windowMs: 1000, longestWindowMs: 1000 });
    stream.serverSends(TEXT);
    tick(product, 1750);
    expect(stream.open).toBe(false);
    expect(counter(product, 'closed')).toBe(1);
  });
});
