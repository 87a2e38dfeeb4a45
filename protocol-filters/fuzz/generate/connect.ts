/** MQTT CONNECT packets with random fields: by mqtt-packet, and by hand what mqtt-packet would not write. */
import { generate, type IConnectPacket } from 'mqtt-packet';
import { NAME, OTHER_NAME } from '../listeners.ts';
import type { Random } from '../random.ts';
import { organizationBytes } from './organizations.ts';

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

function field(bytes: Uint8Array): Buffer {
  const size = Math.min(bytes.length, 0xffff);
  return Buffer.concat([uint16(size), bytes.subarray(0, size)]);
}

/** A variable byte integer. */
export function variable(value: number): Buffer {
  const bytes = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** A CONNECT around a variable header and payload. */
export function framed(body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0x10]), variable(body.length), body]);
}

/** What the listeners' sources read, with what servers read behind it. */
function userName(random: Random): Buffer {
  const organization = organizationBytes(random);
  if (random.once(3)) return organization;
  return Buffer.concat([organization, Buffer.from('/'), random.bytes(random.size(1200))]);
}

function clientId(random: Random): Buffer {
  if (random.once(6)) return Buffer.alloc(0);
  const organization = organizationBytes(random);
  return random.once(3)
    ? organization
    : Buffer.concat([organization, Buffer.from(`:device-${random.below(100)}`)]);
}

function propertyName(random: Random): Buffer {
  const kind = random.below(8);
  if (kind < 4) return Buffer.from(NAME);
  if (kind < 5) return Buffer.from(OTHER_NAME);
  if (kind < 6) return Buffer.from(NAME.toUpperCase());
  return random.bytes(random.below(14));
}

/** A property of CONNECT, now and then one that has no business there. */
function property(random: Random): Buffer {
  const id = random.pick([0x26, 0x26, 0x26, 0x26, 0x11, 0x21, 0x27, 0x22, 0x19, 0x17, 0x15, 0x16]);
  const value = (): Buffer => {
    if (id === 0x26) return Buffer.concat([field(propertyName(random)), field(organizationBytes(random))]);
    if (id === 0x11 || id === 0x27) return random.bytes(4);
    if (id === 0x21 || id === 0x22) return random.bytes(2);
    if (id === 0x19 || id === 0x17) return random.bytes(1);
    return field(random.bytes(random.size(300)));
  };
  const shown = random.once(60) ? random.pick([0x01, 0x02, 0x03, 0x08, 0x09, 0x18, 0x00, 0x24, 0xa6]) : id;
  return Buffer.concat([Buffer.from([shown]), value()]);
}

function properties(random: Random, most: number): Buffer {
  const all = Buffer.concat(Array.from({ length: random.below(most + 1) }, () => property(random)));
  return Buffer.concat([variable(all.length), all]);
}

/** By hand: any of the fields, empty ones too, properties in any order. */
export function connectByHand(random: Random): Buffer {
  const level = random.once(40) ? random.below(256) : random.pick([4, 5]);
  const hasUserName = !random.once(5);
  const hasPassword = hasUserName ? random.once(2) : level === 5 && random.once(4);
  const hasWill = random.once(5);
  const will = hasWill ? 0x04 | (random.below(3) << 3) | (random.below(2) << 5) : 0;
  const flags = (hasUserName ? 0x80 : 0) | (hasPassword ? 0x40 : 0) | will | (random.below(2) << 1);
  const parts = [Buffer.from('\x00\x04MQTT'), Buffer.from([level, flags]), random.bytes(2)];
  if (level === 5) parts.push(properties(random, 5));
  parts.push(field(clientId(random)));
  if (hasWill) {
    if (level === 5) parts.push(properties(random, 2));
    parts.push(field(random.bytes(random.size(100))), field(random.bytes(random.size(500))));
  }
  if (hasUserName) parts.push(field(userName(random)));
  if (hasPassword) parts.push(field(random.bytes(random.size(random.once(200) ? 65535 : 1000))));
  return framed(Buffer.concat(parts));
}

/** By mqtt-packet. */
export function connectByLibrary(random: Random): Buffer {
  const version = random.pick([4, 5] as const);
  const id = clientId(random).toString();
  const name = userName(random);
  const packet: IConnectPacket = {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: version,
    clientId: id,
    clean: id === '' || random.once(2),
    keepalive: random.below(65536),
  };
  if (name.length > 0 && !random.once(5)) {
    packet.username = name.toString();
    if (random.once(2)) packet.password = Buffer.concat([Buffer.from('p'), random.bytes(random.size(1000))]);
  }
  if (random.once(6)) {
    packet.will = { topic: 'gone', payload: random.bytes(1 + random.below(200)), qos: 1, retain: false };
  }
  if (version === 5 && !random.once(4)) {
    const values = Array.from({ length: random.between(1, 3) }, () => organizationBytes(random).toString());
    packet.properties = {
      userProperties: { other: 'x', [random.pick([NAME, NAME, OTHER_NAME, 'no'])]: values },
      ...(random.once(2) ? { sessionExpiryInterval: random.next() } : {}),
      ...(random.once(3) ? { receiveMaximum: random.between(1, 65535) } : {}),
      ...(random.once(4) ? { authenticationMethod: 'm', authenticationData: random.bytes(9) } : {}),
    };
  }
  return generate(packet, { protocolVersion: version });
}
