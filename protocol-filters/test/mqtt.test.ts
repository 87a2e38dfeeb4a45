import fc from 'fast-check';
import type { IConnectPacket } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { hashKey, slotOf } from '../../control-plane/placement/slot.ts';
import type { OrganizationSource } from '../wire/index.ts';
import { connectPacket, Product, SERVERS } from './product.ts';

/** The server of the product's test assignment. */
function serverOf(organization: string): string {
  return SERVERS[slotOf(organization) % SERVERS.length] ?? '';
}

/** Sends the bytes in the given pieces; tells the organization that the filter reports, or why it refused. */
function identify(pieces: readonly Uint8Array[], sources?: readonly OrganizationSource[]): string {
  const product = new Product(sources === undefined ? {} : { mqttSources: sources });
  const stream = product.connect();
  for (const piece of pieces) stream.send(piece);
  if (stream.closed) {
    expect(stream.atUpstream.length).toBe(0);
    return `refused: ${Object.keys(product.refusals()).join(' ')}`;
  }
  if (stream.routed === undefined) return 'waiting';
  stream.upstreamConnected();
  stream.serverSends(Buffer.from([0x20, 2, 0, 0]));
  expect(Buffer.concat(pieces).equals(stream.atUpstream.bytes)).toBe(true);
  const organization = product.reportsAfter(1000).flatMap((report) => report.organizations)[0]?.organization;
  expect(stream.state('envoy.hashable_string')).toBe(
    hashKey(organization ?? '', serverOf(organization ?? '')),
  );
  expect(stream.state('envoy.tcp_proxy.cluster')).toBe('servers_mqtt');
  return `organization: ${organization}`;
}

const v5 = (packet: Partial<IConnectPacket>): Buffer => connectPacket({ protocolVersion: 5, ...packet });
const USER: OrganizationSource = { field: 'MQTT_USER_NAME' };
const CLIENT: OrganizationSource = { field: 'MQTT_CLIENT_ID' };
const PROPERTY: OrganizationSource = { field: 'MQTT_USER_PROPERTY', name: 'organization' };
const property = (value: string | string[]): Partial<IConnectPacket> => ({
  properties: { userProperties: { other: 'x', organization: value } },
});
const will = { topic: 'gone', payload: Buffer.alloc(5000, 'w'), qos: 1, retain: false } as const;

describe('the organization of a CONNECT', () => {
  it.each<[string, OrganizationSource[], Buffer, string]>([
    ['user name up to the first /', [USER], connectPacket({ username: 'acme/device/7' }), 'acme'],
    ['a user name without /', [USER], connectPacket({ username: 'acme' }), 'acme'],
    ['client id up to the first :', [CLIENT], connectPacket({ clientId: 'acme:7:8' }), 'acme'],
    ['a client id without :', [CLIENT], connectPacket({ clientId: 'acme/7' }), 'acme/7'],
    ['the first source that answers', [USER, CLIENT], connectPacket({ clientId: 'acme:7' }), 'acme'],
    ['the order of sources', [CLIENT, USER], connectPacket({ clientId: 'b:1', username: 'a/1' }), 'b'],
    ['MQTT 5 user property', [PROPERTY], v5(property('acme')), 'acme'],
    ['the first of two properties', [PROPERTY], v5(property(['acme', 'other'])), 'acme'],
    ['no such property: the next source', [PROPERTY, USER], v5({ username: 'acme/1' }), 'acme'],
    ['MQTT 3.1.1 has no properties', [PROPERTY, USER], connectPacket({ username: 'acme/1' }), 'acme'],
    [
      'behind a long will',
      [USER],
      connectPacket({ will, username: 'acme/1', password: Buffer.from('p') }),
      'acme',
    ],
    [
      'behind an MQTT 5 will',
      [USER],
      v5({ will: { ...will, properties: { willDelayInterval: 5 } }, username: 'acme/1' }),
      'acme',
    ],
    [
      'with other properties',
      [USER],
      v5({
        username: 'acme/1',
        properties: {
          sessionExpiryInterval: 9,
          receiveMaximum: 9,
          authenticationMethod: 'm',
          authenticationData: Buffer.from('d'),
        },
      }),
      'acme',
    ],
    ['UTF-8', [USER], connectPacket({ username: 'žluťoučký 株式会社 🚀/1' }), 'žluťoučký 株式会社 🚀'],
    ['256 bytes', [USER], connectPacket({ username: `${'x'.repeat(256)}/1` }), 'x'.repeat(256)],
    ['a long device behind it', [USER], connectPacket({ username: `acme/${'x'.repeat(60_000)}` }), 'acme'],
  ])('%s', (_, sources, packet, organization) => {
    expect(identify([packet], sources)).toBe(`organization: ${organization}`);
  });

  it('is the same in any pieces, with packets behind it', () => {
    const session = Buffer.concat([
      v5({ username: 'acme/1', will, properties: { userProperties: { a: 'b' } } }),
      Buffer.from([0xc0, 0, 0xc0, 0]),
    ]);
    const pieces = fc.array(fc.nat(session.length), { maxLength: 12 }).map((cuts) => {
      const at = [0, ...cuts.sort((x, y) => x - y), session.length];
      return at
        .slice(1)
        .map((end, i) => session.subarray(at[i], end))
        .filter((piece) => piece.length > 0);
    });
    fc.assert(
      fc.property(pieces, (parts) => identify(parts) === 'organization: acme'),
      { numRuns: 60 },
    );
    expect(identify([...session].map((byte) => Buffer.from([byte])))).toBe('organization: acme');
  });
});

/** A CONNECT with one byte changed. */
function changed(packet: Buffer, offset: number, byte: number): Buffer {
  const copy = Buffer.from(packet);
  copy[offset] = byte;
  return copy;
}

describe('what is refused, and reaches no server', () => {
  const good = connectPacket({ username: 'acme/1' });
  const nameless = { username: '/device' };
  it.each<[string, string, Buffer, OrganizationSource[]?]>([
    ['HTTP', 'not_protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['another packet first', 'not_protocol', Buffer.from([0xc0, 0])],
    ['CONNECT with flags', 'not_protocol', changed(good, 0, 0x11)],
    ['a length of five bytes', 'not_protocol', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x7f])],
    ['a length too short for CONNECT', 'not_protocol', Buffer.from([0x10, 2, 0, 4])],
    ['another protocol name, at once', 'not_protocol', Buffer.from([0x10, 40, 0, 4, 0x4d, 0x58])],
    [
      'MQTT 3.1',
      'not_protocol',
      connectPacket({ protocolId: 'MQIsdp', protocolVersion: 3, username: 'acme/1' }),
    ],
    ['protocol level 6', 'not_protocol', changed(good, 8, 6)],
    ['the reserved flag', 'not_protocol', changed(good, 9, 0x83)],
    ['will QoS without a will', 'not_protocol', changed(good, 9, 0x8a)],
    ['a field past the end', 'not_protocol', changed(good, 13, 0xff)],
    [
      'bytes behind the last field',
      'not_protocol',
      Buffer.concat([changed(good, 1, good.length), Buffer.from([0, 0])]),
    ],
    ['a password without user name, 3.1.1', 'not_protocol', changed(good, 9, 0x42)],
    ['a CONNECT over 64 KiB', 'too_large', Buffer.from([0x10, 0xff, 0xff, 0x7f])],
    ['4 GiB in five bytes', 'not_protocol', Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80, 0x10])],
    ['no source answers', 'organization_missing', connectPacket({})],
    ['an empty client id', 'organization_missing', connectPacket({ clientId: '' }), [CLIENT]],
    ['empty up to the delimiter', 'organization_empty', connectPacket(nameless)],
    ['empty wins over the next source', 'organization_empty', connectPacket(nameless), [USER, CLIENT]],
    ['an empty property', 'organization_empty', v5(property('')), [PROPERTY]],
    ['257 bytes', 'organization_too_long', connectPacket({ username: 'x'.repeat(257) })],
    [
      'not UTF-8',
      'organization_not_text',
      connectPacket({ username: Buffer.from([0xc3, 0x28]) as unknown as string }),
    ],
    ['U+0000', 'organization_not_text', connectPacket({ username: 'a\0b' })],
    [
      'a surrogate',
      'organization_not_text',
      connectPacket({ username: Buffer.from([0xed, 0xa0, 0x80]) as unknown as string }),
    ],
    [
      'an overlong form',
      'organization_not_text',
      connectPacket({ username: Buffer.from([0xc0, 0xaf]) as unknown as string }),
    ],
  ])('%s: %s', (_, reason, bytes, sources) => {
    expect(identify([bytes], sources)).toBe(`refused: ${reason}`);
    // A byte at a time it is refused as well, at the same byte or earlier than all of it.
    expect(
      identify(
        [...bytes].map((byte) => Buffer.from([byte])),
        sources,
      ),
    ).toBe(`refused: ${reason}`);
  });

  it('a device that ends before its CONNECT is whole: incomplete', () => {
    const product = new Product();
    const stream = product.connect();
    stream.send(connectPacket({ username: 'acme/1' }).subarray(0, 9));
    stream.endDownstream();
    expect(stream.closed?.by).toBe('filter');
    expect(product.refusals()).toEqual({ incomplete: 1 });
  });

  it('a silent device, and one that sends a byte a minute: after 10 s', () => {
    const product = new Product();
    const silent = product.connect();
    const slow = product.connect();
    slow.send(Buffer.from([0x10]));
    product.host.environment.clock.advance(9_900);
    expect([silent.open, slow.open]).toEqual([true, true]);
    product.host.environment.clock.advance(900);
    expect([silent.open, slow.open]).toEqual([false, false]);
    expect(product.refusals()).toEqual({ timeout: 2 });
  });
});
