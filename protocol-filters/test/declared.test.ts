import { describe, expect, it } from 'vitest';
import { slotOf, hashKey } from '../../control-plane/placement/slot.ts';
import type { FramingMessage, ListenerMessage, OrganizationSource } from '../wire/index.ts';
import { SERVERS } from './product.ts';
import { counter, deviceOf, elsewhere, hex, home, move, pass, productWith } from './protocols.ts';

function listener(framing: FramingMessage, source: OrganizationSource, more: Partial<ListenerMessage> = {}) {
  return { protocol: 'DECLARED', framing, sources: [source], ...more } satisfies Partial<ListenerMessage>;
}

const keyOf = (organization: string): string =>
  hashKey(organization, SERVERS[slotOf(organization) % SERVERS.length] ?? '');

/** The message behind its length. */
function prefixed(framing: Extract<FramingMessage, { kind: 'LENGTH_PREFIX' }>, content: string): Buffer {
  const body = Buffer.from(content);
  const { prefixBytes, littleEndian = false, countsItself = false } = framing;
  const prefix = Buffer.alloc(prefixBytes);
  const length = body.length + (countsItself ? prefixBytes : 0);
  if (littleEndian) prefix.writeUIntLE(length, 0, prefixBytes);
  else prefix.writeUIntBE(length, 0, prefixBytes);
  return Buffer.concat([prefix, body]);
}

const RANGE: OrganizationSource = { field: 'BYTE_RANGE', offset: 2, length: 8 };
const PART: OrganizationSource = { field: 'DELIMITED', delimiter: '::', index: 1 };
const LINES: FramingMessage = { kind: 'LINES' };
const FIXED: FramingMessage = { kind: 'FIXED_SIZE', fixedSize: 12 };

function outcome(
  settings: Parameters<typeof productWith>[0],
  first: string | Uint8Array,
  each: number,
): string {
  const product = productWith(settings);
  const stream = product.connect();
  const bytes = Buffer.from(first);
  for (let at = 0; at < bytes.length && stream.open; at += each) stream.send(bytes.subarray(at, at + each));
  const [refusal] = Object.keys(product.refusals());
  return refusal ?? stream.state('envoy.hashable_string') ?? 'waits';
}

it.each<[string, FramingMessage, OrganizationSource, string | Buffer, string]>([
  ['a part of a line', LINES, PART, 'a::acme::b\n', 'acme'],
  ['the last part', LINES, PART, 'a::acme\r\n', 'acme'],
  ['a delimiter of its own', { kind: 'LINES', delimiter: '\r\n\r\n' }, PART, 'a\r\n::acme\r\n\r\n', 'acme'],
  ['half a delimiter is none', LINES, PART, 'a:b::a:c\n', 'a:c'],
  ['a range, padded', FIXED, RANGE, 'xxacme    yy', 'acme'],
  ['a range that ends with the message', LINES, RANGE, 'xxacme\n', 'acme'],
  ['JSON', LINES, { field: 'JSON_POINTER', pointer: '/o' }, '{"o":"acme"}\n', 'acme'],
  ...([1, 2, 4] as const).flatMap((prefixBytes) =>
    [true, false].flatMap((littleEndian) =>
      [true, false].map((countsItself): [string, FramingMessage, OrganizationSource, Buffer, string] => {
        const framing = { kind: 'LENGTH_PREFIX', prefixBytes, littleEndian, countsItself } as const;
        const name = `${prefixBytes} bytes, ${littleEndian ? 'little' : 'big'}-endian, ${countsItself ? 'with' : 'without'} itself`;
        return [name, framing, RANGE, prefixed(framing, 'xxacme'), 'acme'];
      }),
    ),
  ),
])('%s, in any pieces', (_, framing, source, first, organization) => {
  for (const each of [1, 3, 1000])
    expect(outcome(listener(framing, source), first, each)).toBe(keyOf(organization));
});

const FOUR = { kind: 'LENGTH_PREFIX', prefixBytes: 4 } as const;
it.each<[string, FramingMessage, OrganizationSource, string | Buffer, string]>([
  ['no such part', LINES, PART, 'acme\n', 'organization_missing'],
  ['an empty part', LINES, PART, 'a::::b\n', 'organization_empty'],
  ['an empty message', LINES, PART, '\n', 'organization_missing'],
  ['a line without an end', LINES, PART, 'x'.repeat(70_000), 'too_large'],
  ['a range behind the message', LINES, RANGE, 'x\n', 'organization_missing'],
  ['a range of padding', FIXED, RANGE, 'xx        yy', 'organization_empty'],
  ['invalid UTF-8', LINES, PART, Buffer.from('613a3ac3280a', 'hex'), 'organization_not_text'],
  ['4 GiB', FOUR, RANGE, Buffer.from([255, 255, 255, 255]), 'not_protocol'],
  ['70,000 bytes', FOUR, RANGE, Buffer.from([0, 1, 0x11, 0x70]), 'too_large'],
  [
    'a length below its own',
    { ...FOUR, countsItself: true },
    RANGE,
    Buffer.from([0, 0, 0, 3]),
    'not_protocol',
  ],
  ['half a prefix', FOUR, RANGE, Buffer.from([0, 0, 0]), 'waits'],
])('%s: %s', (_, framing, source, first, expected) => {
  expect(outcome(listener(framing, source), first, 1000)).toBe(expected);
});

describe('a redirect', () => {
  const template = Buffer.from('GO {location} {reason} {retryAfterMs} {"x":1}');
  const redirect = { template, location: 'b:1', retryAfterMs: 9 };
  const told = 'GO b:1 moved 9 {"x":1}';

  it.each(
    ([1, 2, 4] as const).flatMap((prefixBytes) =>
      [true, false].map((littleEndian) => [prefixBytes, littleEndian] as const),
    ),
  )(
    'stands behind a message that is found by counting, however it is cut: %i bytes, little-endian %s',
    (prefixBytes, littleEndian) => {
      const framing = { kind: 'LENGTH_PREFIX', prefixBytes, littleEndian } as const;
      const messages = Buffer.concat(
        ['', 'one', 'x'.repeat(100), 'last'].map((content) => prefixed(framing, content)),
      );
      for (let cut = 1; cut < messages.length; cut += 7) {
        const product = productWith(listener(framing, RANGE, { redirect }));
        const stream = deviceOf(product, prefixed(framing, 'xxacme'));
        stream.serverSends(messages.subarray(0, cut));
        move(product);
        stream.serverSends(messages.subarray(cut));
        expect(hex(stream.atClient.bytes)).toBe(hex(messages) + hex(prefixed(framing, told)));
      }
    },
  );

  it('fills a fixed size, and waits for the end of a message', () => {
    const framing: FramingMessage = { kind: 'FIXED_SIZE', fixedSize: 32 };
    const later = productWith(listener(framing, RANGE, { redirect }));
    const other = deviceOf(later, 'xxacme'.padEnd(32));
    other.serverSends(Buffer.alloc(40, 'm'));
    move(later);
    other.serverSends(Buffer.alloc(24, 'm'));
    expect(Buffer.from(other.atClient.bytes.subarray(64)).toString()).toBe(told.padEnd(32, '\0'));
  });

  it('is a goodbye to the server alone where the device knows none, and a close behind a message without that', () => {
    const product = productWith(listener(LINES, PART, { redirect: { goodbye: Buffer.from('BYE') } }));
    const stream = deviceOf(product, 'a::acme\n');
    stream.serverSends(Buffer.from('hi\n'));
    move(product);
    stream.send(Buffer.from('half'));
    stream.send(Buffer.from(' and whole\n'));
    expect(Buffer.from(stream.atUpstream.bytes).toString()).toBe('half and whole\nBYE\n');
    const silent = productWith(listener(LINES, PART));
    const other = deviceOf(silent, 'a::acme\n');
    other.serverSends(Buffer.from('hi\n'));
    move(silent);
    other.serverSends(Buffer.from('one\nha'));
    pass(silent, 500);
    expect([other.open, Buffer.from(other.atClient.bytes).toString()]).toEqual([false, 'hi\none\n']);
  });
});

describe('a server that speaks first', () => {
  const settings = listener(
    LINES,
    { field: 'DEFAULT', organization: 'acme' },
    {
      serverFirst: true,
      redirect: { template: Buffer.from('GO') },
    },
  );

  it('is connected at the next tick, before the device has said anything; its lines are followed', () => {
    const product = productWith(settings);
    const upstream = new Map([
      ['xds\0upstream_host_metadata\0filter_metadata\0envoy.lb\0hash_key', Buffer.from(SERVERS[home] ?? '')],
    ]);
    const stream = product.host.worker().connect('mqtt', { connectMode: 'IMMEDIATE', properties: upstream });
    expect(stream.upstreamState).toBe('idle');
    pass(product, 250);
    expect(stream.upstreamState).toBe('connecting');
    expect(stream.state('envoy.hashable_string')).toBe(keyOf('acme'));
    stream.upstreamConnected();
    stream.serverSends(Buffer.from('220 hello\n'));
    stream.send(Buffer.from('HELO\n'));
    expect(Buffer.from(stream.atUpstream.bytes).toString()).toBe('HELO\n');
    move(product);
    stream.serverSends(Buffer.from('250 ok\n'));
    expect(Buffer.from(stream.atClient.bytes).toString()).toBe('220 hello\n250 ok\nGO\n');
    expect(elsewhere).not.toBe(home);
    stream.resetDownstream();
    expect(counter(product, 'declared.redirected')).toBe(1);
  });

  it('gets what the device says before', () => {
    const product = productWith(settings);
    const stream = product.host.worker().connect('mqtt', { connectMode: 'IMMEDIATE' });
    stream.send(Buffer.from('HELO\n'));
    stream.upstreamConnected();
    expect(Buffer.from(stream.atUpstream.bytes).toString()).toBe('HELO\n');
  });
});

it('99 of 100 idle MQTT 5 subscribers with a keepalive of 30 s are redirected, whenever they ping', async () => {
  const { connectPacket } = await import('./product.ts');
  const product = productWith({ protocol: 'MQTT', sources: [{ field: 'MQTT_USER_NAME' }] });
  const devices = Array.from({ length: 100 }, (_, i) => {
    const stream = deviceOf(
      product,
      connectPacket({ protocolVersion: 5, username: `acme/${i}`, keepalive: 30 }),
    );
    stream.serverSends(Buffer.from([0x20, 3, 0, 0, 0]));
    return { stream, phase: (i * 30_000) / 100 };
  });
  move(product);
  for (let now = 0; now < 61_000; now += 250) {
    for (const { stream, phase } of devices) {
      if (!stream.open || now % 30_000 > phase || now % 30_000 <= phase - 250) continue;
      stream.send(Buffer.from([0xc0, 0]));
      stream.serverSends(Buffer.from([0xd0, 0]));
      // What a device does that is told.
      if (!hex(stream.atClient.bytes).endsWith('e0029c00')) continue;
      stream.endDownstream();
      stream.endUpstream();
    }
    pass(product, 250);
  }
  for (const { stream } of devices) if (stream.open) stream.endUpstream();
  const count = (fate: string): number => counter(product, `mqtt.${fate}`) ?? 0;
  expect(count('redirected')).toBeGreaterThanOrEqual(99);
  expect(count('redirected') + count('ended') + count('closed')).toBe(100);
});
