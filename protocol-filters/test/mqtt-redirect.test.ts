/** What an MQTT device is told, over TCP and in a WebSocket, and what its server is told in its name. */
import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import type { ListenerMessage } from '../wire/index.ts';
import { connectPacket, UPGRADE } from './product.ts';
import { counter, deviceOf, frame, hex, move, pass, productWith, socketOf } from './protocols.ts';
import type { Pairs } from '../host/index.ts';

const PINGRESP = Buffer.from([0xd0, 0]);
const CLOSE = frame(0x88, Buffer.from([0x03, 0xf4]));
const MQTT_UPGRADE: Pairs = [...UPGRADE, ['sec-websocket-protocol', 'mqttv3.1, mqtt']];

const five = (properties = {}) => connectPacket({ protocolVersion: 5, username: 'acme/1', properties });

describe('over TCP', () => {
  const tcp = { protocol: 'MQTT', sources: [{ field: 'MQTT_USER_NAME' }] } satisfies Partial<ListenerMessage>;
  const told = (redirect: ListenerMessage['redirect'], properties = {}): string => {
    const product = productWith({ ...tcp, redirect });
    const stream = deviceOf(product, five(properties));
    move(product);
    stream.serverSends(PINGRESP);
    return hex(stream.atClient.bytes.subarray(2));
  };

  it.each([
    ['use another server', {}, { reasonCode: 0x9c }],
    ['for good', { permanent: true }, { reasonCode: 0x9d }],
    [
      'which one',
      { location: 'mqtt://b:1883' },
      { reasonCode: 0x9c, properties: { serverReference: 'mqtt://b:1883' } },
    ],
    [
      'a long reference',
      { location: 'x'.repeat(512) },
      { reasonCode: 0x9c, properties: { serverReference: 'x'.repeat(512) } },
    ],
  ])('%s', (_, redirect, packet) => {
    const expected = generate({ cmd: 'disconnect', ...packet }, { protocolVersion: 5 });
    expect(told(redirect)).toBe(hex(expected));
  });

  it('no more than the device takes: without the reference, without a redirect', () => {
    const location = 'mqtt://b:1883';
    const whole = told({ location });
    const size = whole.length / 2;
    expect(told({ location }, { maximumPacketSize: size })).toBe(whole);
    expect(told({ location }, { maximumPacketSize: size - 1 })).toBe('e0029c00');
    expect(told({ location }, { maximumPacketSize: 3 })).toBe('');
  });

  it('has 1.5 times its keepalive, and no more than the setting', () => {
    const alive = (drain: object, ms: number): boolean => {
      const product = productWith(tcp);
      const stream = deviceOf(
        product,
        connectPacket({ protocolVersion: 5, username: 'acme/1', keepalive: 100 }),
      );
      stream.serverSends(PINGRESP);
      move(product, drain);
      pass(product, ms);
      return stream.open;
    };
    expect([alive({}, 149_000), alive({}, 151_500)]).toEqual([true, false]);
    expect([alive({ longestWindowMs: 90_000 }, 89_000), alive({ longestWindowMs: 90_000 }, 91_500)]).toEqual([
      true,
      false,
    ]);
  });
});

describe('in a WebSocket', () => {
  const inside = {
    ...{ protocol: 'WEBSOCKET', inner: 'MQTT' },
    sources: [{ field: 'HTTP_PATH_SEGMENT', segment: 0 }],
  } satisfies Partial<ListenerMessage>;

  it('an upgrade that does not offer mqtt is answered 400 [MQTT-6.0.0-3]', () => {
    const product = productWith(inside);
    for (const offered of [undefined, 'mqttv3.1', 'xmqtt, mqtt2']) {
      const headers: Pairs =
        offered === undefined ? UPGRADE : [...UPGRADE, ['sec-websocket-protocol', offered]];
      expect(product.request('/acme', headers).localResponse?.status).toBe(400);
    }
  });

  it.each([1, 3, 1000])(
    'MQTT 5: DISCONNECT in a frame behind a whole packet, Close, and the session ends; CONNECT in pieces of %i',
    (each) => {
      const product = productWith({ ...inside, redirect: { location: 'b' } });
      const stream = socketOf(product, MQTT_UPGRADE);
      const connect = frame(0x82, five(), true);
      for (let at = 0; at < connect.length; at += each) stream.send(connect.subarray(at, at + each));
      stream.atUpstream.clear();
      move(product);
      // A packet in two messages, as servers write that write a header and a payload.
      const publish = Buffer.from([0x30, 5, 0, 1, 0x74, 0, 0x21]);
      const [head, rest] = [frame(0x82, publish.subarray(0, 3)), frame(0x82, publish.subarray(3))];
      stream.serverSends(head);
      stream.serverSends(rest);
      const disconnect = generate(
        { cmd: 'disconnect', reasonCode: 0x9c, properties: { serverReference: 'b' } },
        { protocolVersion: 5 },
      );
      const close = frame(0x88, Buffer.from([0x03, 0xf4, 0x62]));
      expect(hex(stream.atClient.bytes)).toBe(
        hex(Buffer.concat([head, rest, frame(0x82, disconnect), close])),
      );
      stream.serverSends(frame(0x82, PINGRESP));
      const [last, answer] = [
        frame(0x82, Buffer.from([0xc0, 0]), true),
        frame(0x88, Buffer.from([0x03, 0xf4]), true),
      ];
      stream.send(Buffer.concat([last, answer]));
      const end = Buffer.from([0x82, 0x82, 0, 0, 0, 0, 0xe0, 0]);
      expect(hex(stream.atUpstream.bytes)).toBe(hex(Buffer.concat([last, end, answer])));
      stream.resetDownstream();
      expect(
        ['websocket_mqtt.redirected', 'ended', 'unfinished_sessions'].map((name) => counter(product, name)),
      ).toEqual([1, 1, 0]);
    },
  );

  it('not inside a packet, although a message ends there', () => {
    const product = productWith(inside);
    const stream = socketOf(product, MQTT_UPGRADE);
    stream.send(frame(0x82, five(), true));
    move(product);
    const head = frame(0x82, Buffer.from([0x30, 100, 0, 1, 0x74, 0]));
    stream.serverSends(head);
    stream.serverSends(frame(0x82, Buffer.alloc(50, 0x41)));
    expect(stream.atClient.bytes.length).toBe(head.length + 52);
  });

  it('MQTT 3.1.1: a Close, and DISCONNECT in its name', () => {
    const product = productWith(inside);
    const stream = socketOf(product, MQTT_UPGRADE);
    stream.send(frame(0x82, connectPacket({ username: 'acme/1' }), true));
    stream.atUpstream.clear();
    move(product);
    stream.serverSends(frame(0x82, PINGRESP));
    expect(hex(stream.atClient.bytes)).toBe(hex(Buffer.concat([frame(0x82, PINGRESP), CLOSE])));
    const answer = frame(0x88, Buffer.from([0x03, 0xf4]), true);
    stream.send(answer);
    expect(hex(stream.atUpstream.bytes)).toBe(`828200000000e000${hex(answer)}`);
  });
});
